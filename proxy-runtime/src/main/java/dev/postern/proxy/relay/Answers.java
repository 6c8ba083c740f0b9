package dev.postern.proxy.relay;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Matches what a backend says with what it was asked (PostgreSQL documentation, "Message Flow"),
 * and so knows when it has answered all, and which answers are not the client's.
 */
class Answers {
  private static final int HEADER_LENGTH = 5;

  final PooledRelay relay;
  final Lease lease;
  final RequestQueue queue;
  private final Outstanding outstanding;
  private final Progress progress;

  /** Whether the backend has asked for the rows of a COPY, and has not said what it made of it. */
  private boolean readsRows;

  Answers(PooledRelay relay, Lease lease, Outstanding outstanding) {
    this.relay = relay;
    this.lease = lease;
    this.outstanding = outstanding;
    queue = outstanding.queue;
    progress = relay.progress();
  }

  boolean needsWhole(byte type, int size) {
    return type == 'Z' || type == 'S';
  }

  /**
   * A message has come, or begun to.
   *
   * @param at its type byte
   * @return whether it is not for the client
   */
  final boolean answered(byte type, ByteBuf bytes, int at, int size, Replies replies) {
    int first = queue.first();
    boolean own = (first & RequestQueue.OWN) != 0;
    if (outstanding.isDoubtful() && isOfRequest(type)) {
      outstanding.answered();
    }
    switch (type) {
      case 'Z' -> {
        return readyForQuery(bytes, at, size, replies);
      }
      case 'D', 'd' -> {
        if (own) {
          ownRow(bytes, at, size);
        }
      }
      case 'S' -> {
        return reported(bytes, at, size, own && (byte) first == RequestQueue.QUERY, replies);
      }
      case 'E' -> {
        progress.backendSent(true);
        progress.copyInEnded();
        outstanding.failed();
        readsRows = false;
        return error(bytes, at, size, own, replies);
      }
      case 'C', 'I', 's' -> {
        boolean replaced = false;
        progress.backendSent(false);
        if (type == 'C') {
          copyInEnded();
          replaced = !own && tagged(bytes, at, size, replies);
        }
        completed(RequestQueue.EXECUTE, first);
        return own || replaced;
      }
      case '1' -> {
        if ((byte) first == RequestQueue.PARSE) {
          prepared(queue.firstStatement());
        }
        completed(RequestQueue.PARSE, first);
      }
      case '2' -> completed(RequestQueue.BIND, first);
      case '3' -> completed(RequestQueue.CLOSE, first);
      case 't' -> {
        progress.backendSent(false);
        if (first == (RequestQueue.DESCRIBE | RequestQueue.OWN)) {
          parametersDescribed(bytes, at, size);
        }
      }
      case 'T', 'n' -> {
        if (first == (RequestQueue.DESCRIBE | RequestQueue.OWN)) {
          described(bytes, at, size, queue.firstStatement());
        }
        completed(RequestQueue.DESCRIBE, first);
      }
      case 'G' -> {
        progress.copyInBegan();
        readsRows = true;
        outstanding.copyInBegan();
      }
      default -> progress.backendSent(false);
    }
    return own && type != 'A' && type != 'N';
  }

  /** Whether such a message answers a request, and neither ends its cycle nor is an error. */
  private static boolean isOfRequest(byte type) {
    return type != 'Z' && type != 'E' && type != 'N' && type != 'S' && type != 'A';
  }

  /** What ends the rows of this COPY says nothing of the next one in the same Query. */
  private void copyInEnded() {
    progress.copyInEnded();
    if (readsRows) {
      readsRows = false;
      outstanding.copyInEnded();
      queue.removeFirst(RequestQueue.COPY_END);
    }
  }

  private void completed(byte kind, int first) {
    if ((byte) first == kind) {
      queue.remove();
    }
  }

  private boolean readyForQuery(ByteBuf bytes, int at, int size, Replies replies) {
    if (size != HEADER_LENGTH + 1) {
      relay.violated(relay.backendSide(), "a ReadyForQuery of %d bytes".formatted(size));
      return true;
    }
    byte status = bytes.getByte(at + HEADER_LENGTH);
    boolean dropped = false;
    if (!outstanding.isReadyInDoubt()) {
      skipToReady();
      if (queue.isEmpty()) {
        relay.violated(relay.backendSide(), "a ReadyForQuery that nobody asked for");
        return true;
      }
      dropped = (queue.first() & RequestQueue.OWN) != 0;
      Object query = queue.firstStatement();
      if (query != null) {
        carriedOut(query);
      }
      queue.remove();
    }
    progress.ready(status, queue.cycles());
    readsRows = false;
    ready(status, dropped, at, replies);
    return dropped;
  }

  /** What the backend has skipped, or answered in a way of its own. */
  private void skipToReady() {
    while (!queue.isEmpty()) {
      byte kind = (byte) queue.first();
      if (kind == RequestQueue.QUERY || kind == RequestQueue.SYNC) {
        return;
      }
      skipped(queue.first(), queue.firstStatement());
      queue.remove();
    }
  }

  private boolean error(ByteBuf bytes, int at, int size, boolean own, Replies replies) {
    if (queue.isEmpty()) {
      // Nobody has asked: the server ends the connection.
      boolean unconcerned = relay.settlement().needsNothing();
      lease.dies();
      return unconcerned;
    }
    boolean replaced = failed(bytes, at, size, own, replies);
    if (relay.isEnded()) {
      return replaced; // there is no backend any more
    }
    byte kind = (byte) queue.first();
    if (kind != 0 && kind != RequestQueue.QUERY) {
      if (kind != RequestQueue.SYNC) {
        undone(queue.first(), queue.firstStatement());
        queue.remove();
      }
      // It reads on from the next Sync.
      while (!queue.isEmpty() && (byte) queue.first() != RequestQueue.SYNC) {
        if (outstanding.isDoubtful()) {
          relay.outOfOrder(relay.client()); // or from one in doubt
          return replaced;
        }
        skipped(queue.first(), queue.firstStatement());
        queue.remove();
      }
      if (queue.isEmpty()) {
        outstanding.skips();
        skips();
      }
    }
    return replaced;
  }

  /**
   * An error has come.
   *
   * @return whether the client does not get it
   */
  boolean failed(ByteBuf bytes, int at, int size, boolean own, Replies replies) {
    return false;
  }

  /** A ReadyForQuery has come; {@code own}: of a query of Postern's own. */
  void ready(byte status, boolean own, int at, Replies replies) {}

  /** An error has come, and no Sync is behind what it is about. */
  void skips() {}

  /** A Query with which this was noted is over. */
  void carriedOut(Object statement) {}

  /** A statement was prepared. */
  void prepared(@Nullable Object statement) {}

  /**
   * A ParameterStatus has come.
   *
   * @param own while the server answers a query of Postern's own
   * @return whether the client does not get it
   */
  boolean reported(ByteBuf bytes, int at, int size, boolean own, Replies replies) {
    if (!lease.backend().report(bytes.slice(at, size))) {
      relay.violated(relay.backendSide(), "a ParameterStatus that cannot be read");
    }
    return own;
  }

  /** A row has come that a query of Postern's own has asked for. */
  void ownRow(ByteBuf bytes, int at, int size) {}

  /** The parameters of a statement have come, for Postern. */
  void parametersDescribed(ByteBuf bytes, int at, int size) {}

  /** The columns of a statement have come, for Postern. */
  void described(ByteBuf bytes, int at, int size, @Nullable Object statement) {}

  /**
   * A CommandComplete has come.
   *
   * @return whether the client does not get it
   */
  boolean tagged(ByteBuf bytes, int at, int size, Replies replies) {
    return false;
  }

  /** A request has failed. */
  void undone(int kind, @Nullable Object statement) {}

  /** A request was skipped behind one that failed. */
  void skipped(int kind, @Nullable Object statement) {}

  /** A whole message ends at {@code at}: what Postern itself answers next goes there. */
  final void behind(int at, Replies replies) {
    while ((queue.first() & RequestQueue.ANSWERED) != 0) {
      replies.pass(at);
      relay.toClient(answer((byte) queue.first()));
      queue.remove();
    }
  }

  private static final ByteBuf PARSE_COMPLETE = message("1");
  private static final ByteBuf CLOSE_COMPLETE = message("3");

  private static ByteBuf message(String type) {
    byte[] bytes = (type + "\0\0\0\4").getBytes(StandardCharsets.US_ASCII);
    return Unpooled.unreleasableBuffer(Unpooled.directBuffer(bytes.length).writeBytes(bytes))
        .asReadOnly();
  }

  /** What a server says when it has done this. */
  static ByteBuf answer(byte kind) {
    return (kind == RequestQueue.PARSE ? PARSE_COMPLETE : CLOSE_COMPLETE).duplicate();
  }
}
