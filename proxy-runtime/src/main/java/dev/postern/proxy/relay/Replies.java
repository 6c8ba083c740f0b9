package dev.postern.proxy.relay;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.ByteToMessageDecoder;

/**
 * From the backend to the client: finds where messages begin and tells {@link Answers} of each;
 * what answers Postern's own requests does not go on, and what Postern answers itself goes between.
 */
final class Replies implements Flow {
  private static final int HEADER_LENGTH = 5;

  /** Nothing that is looked at whole is longer, in bytes. */
  private static final int MAX_WHOLE = 1024 * 1024;

  private final PooledRelay relay;
  private final Answers answers;

  /** Bytes still to come of a message that goes on, or is dropped, as it comes. */
  private int passing;

  private boolean dropping;

  private ByteBuf incomplete = Unpooled.EMPTY_BUFFER;

  /** The bytes at hand, unless they were handed on as a whole. */
  private ByteBuf bytes = Unpooled.EMPTY_BUFFER;

  /** Where what has not gone on yet begins in them. */
  private int run;

  Replies(PooledRelay relay, Answers answers) {
    this.relay = relay;
    this.answers = answers;
  }

  @Override
  public void accept(ByteBuf received) {
    if (incomplete.isReadable()) {
      ByteBuf all =
          ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(relay.alloc(), incomplete, received);
      incomplete = Unpooled.EMPTY_BUFFER;
      walk(all);
    } else {
      walk(received);
    }
  }

  /** Takes the bytes over, and frees them however the walk ends. */
  private void walk(ByteBuf received) {
    bytes = received;
    try {
      walkThrough(received);
    } finally {
      bytes.release();
      bytes = Unpooled.EMPTY_BUFFER;
    }
  }

  /** Ends where the session does: what goes on may show that it cannot. */
  private void walkThrough(ByteBuf received) {
    int begin = received.readerIndex();
    int end = received.writerIndex();
    run = begin;
    int at = begin + Math.min(passing, end - begin);
    passing -= at - begin;
    if (dropping) {
      run = at;
      dropping = passing > 0;
    }
    while (end - at >= HEADER_LENGTH && !relay.isEnded()) {
      byte type = received.getByte(at);
      int length = received.getInt(at + 1);
      if (length < 4 || length == Integer.MAX_VALUE) {
        pass(at);
        finish(at, at);
        relay.wrongLength(relay.backendSide(), type, length);
        return;
      }
      int size = 1 + length;
      boolean whole = size <= end - at;
      if (!whole && answers.needsWhole(type, size)) {
        if (size > MAX_WHOLE) {
          pass(at);
          finish(at, at);
          relay.wrongLength(relay.backendSide(), type, length);
          return;
        }
        break;
      }
      boolean drop = answers.answered(type, received, at, size, this);
      if (relay.isEnded()) {
        return;
      }
      if (drop) {
        pass(at);
        run = Math.min(at + size, end);
      }
      if (!whole) {
        passing = size - (end - at);
        dropping = drop;
        at = end;
      } else {
        at += size;
        answers.behind(at, this);
      }
    }
    finish(at, end);
  }

  private void finish(int at, int end) {
    if (relay.isEnded()) {
      return; // nothing is kept any more
    }
    int begin = bytes.readerIndex();
    if (at == begin && at < end) {
      incomplete = handOn();
      return;
    }
    if (at < end) {
      incomplete = bytes.retainedSlice(at, end - at);
    }
    if (run == begin && at == bytes.writerIndex()) {
      relay.toClient(handOn());
    } else {
      pass(at);
    }
  }

  private ByteBuf handOn() {
    ByteBuf all = bytes;
    bytes = Unpooled.EMPTY_BUFFER;
    return all;
  }

  /** Lets what has not gone on yet go on, up to {@code at}. */
  void pass(int at) {
    if (at > run) {
      relay.toClient(bytes.retainedSlice(run, at - run));
      run = at;
    }
  }

  @Override
  public boolean atMessageBoundary() {
    return passing == 0;
  }

  /** Whether nothing of a message has come yet. */
  boolean isBetweenMessages() {
    return passing == 0 && !incomplete.isReadable();
  }

  @Override
  public void close() {
    incomplete.release();
    incomplete = Unpooled.EMPTY_BUFFER;
  }
}
