package dev.postern.proxy.relay;

import dev.postern.proxy.codec.MessageTypes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.ByteToMessageDecoder;

/**
 * From the client to whatever backend its session has at the moment: finds where messages begin,
 * takes a backend for the first one, notes what has to be answered, and lets the bytes pass. Only
 * what names a prepared statement is changed.
 */
final class Requests implements Flow {
  private static final int HEADER_LENGTH = 5;

  /** Bytes that a client may send ahead while it waits for a backend, before it is not read. */
  private static final int MAX_HELD = 64 * 1024;

  /** Shorter runs are copied behind what was rewritten before them, to leave in one piece. */
  private static final int COPIED = 4096;

  private final PooledRelay relay;
  private final Lease lease;
  private final Acquisition acquisition;
  private final Outstanding outstanding;
  private final Rewriting rewriting;

  /** Bytes still to come of a message that goes on as it comes. */
  private int passing;

  /** The beginning of a header, or of a message that is needed whole. */
  private ByteBuf incomplete = Unpooled.EMPTY_BUFFER;

  /** What came while the session waits for a backend. */
  private ByteBuf held = Unpooled.EMPTY_BUFFER;

  private boolean holding;

  /** Whether the message at hand, and what is behind it, is to be kept back. */
  private boolean toHold;

  /** Whose messages are dropped. */
  private final CancelledRequest cancelled;

  /** Whether what is still to come of a message does not go on. */
  private boolean dropping;

  /** The bytes of the message at hand. */
  private ByteBuf bytes = Unpooled.EMPTY_BUFFER;

  /** Where what has not gone on yet begins in them. */
  private int run;

  /** Rewritten messages and what stands between them. */
  private ByteBuf out = Unpooled.EMPTY_BUFFER;

  Requests(
      PooledRelay relay,
      Lease lease,
      Acquisition acquisition,
      Outstanding outstanding,
      Rewriting rewriting) {
    this.relay = relay;
    this.lease = lease;
    this.acquisition = acquisition;
    this.outstanding = outstanding;
    this.rewriting = rewriting;
    cancelled = new CancelledRequest(relay);
  }

  @Override
  public void accept(ByteBuf received) {
    if (relay.isEnded()) {
      received.release();
    } else if (holding) {
      held = append(held, received);
      relay.client().waiting(held.readableBytes() > MAX_HELD);
    } else if (incomplete.isReadable()) {
      ByteBuf all = append(incomplete, received);
      incomplete = Unpooled.EMPTY_BUFFER;
      walk(all);
    } else {
      walk(received);
    }
  }

  private ByteBuf append(ByteBuf before, ByteBuf more) {
    return ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(relay.alloc(), before, more);
  }

  /** The session has a backend: what was held goes on. */
  void resume() {
    holding = false;
    ByteBuf all = held;
    held = Unpooled.EMPTY_BUFFER;
    if (all.isReadable()) {
      accept(all);
    } else {
      all.release();
    }
  }

  /**
   * What was held is not to be done, up to the end of the first request. The rest goes on; or is
   * held on, where there is a backend already and something else is waited for.
   */
  void cancel() {
    cancelled.begin();
    resume();
  }

  /** Takes the bytes over, and frees them however the walk ends. */
  private void walk(ByteBuf received) {
    bytes = received;
    try {
      walkThrough(received);
    } finally {
      bytes.release();
      bytes = Unpooled.EMPTY_BUFFER;
      out.release();
      out = Unpooled.EMPTY_BUFFER;
    }
  }

  /** Ends where the session does, which a write may end that fails. */
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
      if (!FrontendLengths.allow(type, length)) {
        pass(at);
        finish(at, at);
        relay.wrongLength(relay.client(), type, length);
        return;
      }
      int size = 1 + length;
      if (cancelled.isUnderWay() && type != 'X') {
        at = drop(at, end, size);
        if (cancelled.endsWith(type) && lease.hasBackend() && at < end) {
          keepBack(at, end); // what is behind it still has to wait
          return;
        }
        continue;
      }
      if (!lease.hasBackend()) {
        if (type == 'X') {
          finish(at, at);
          relay.departure().terminated();
          return;
        }
        if (!MessageTypes.FRONTEND_AFTER_LOGIN.contains(type)) {
          // A server would end the connection for it, with nobody to hear what it says.
          finish(at, at);
          relay.violated(relay.client(), "invalid frontend message type " + (type & 0xff));
          return;
        }
        if (Outstanding.asksNothing(type)) {
          at = drop(at, end, size);
          continue;
        }
        if (size > end - at && rewriting.needsMore(type, received, at, end, size)) {
          break; // others need no backend to wait for it
        }
        if (!acquisition.take()) {
          keepBack(at, end);
          return;
        }
      }
      boolean whole = size <= end - at;
      if (!whole && rewriting.needsMore(type, received, at, end, size)) {
        break;
      }
      if (type == 'X') {
        pass(at);
        finish(at, at);
        relay.departure().terminated();
        return;
      }
      if (outstanding.isUncertain(type)) {
        pass(at);
        finish(at, at);
        relay.outOfOrder(relay.client());
        return;
      }
      rewriting.request(type, received, at, Math.min(size, end - at), size, this);
      if (relay.isEnded()) {
        return;
      }
      if (toHold) {
        toHold = false;
        keepBack(at, end);
        return;
      }
      if (!whole) {
        passing = size - (end - at);
        at = end;
      } else {
        at += size;
      }
    }
    finish(at, end);
  }

  /** The message at {@code at} does not go on; returns where what is here of it ends. */
  private int drop(int at, int end, int size) {
    int here = Math.min(size, end - at);
    passing = size - here;
    dropping = passing > 0;
    run = at + here;
    return run;
  }

  /** Nothing of what begins at {@code at} can go on now. */
  private void keepBack(int at, int end) {
    if (relay.isEnded()) {
      return;
    }
    held = bytes.retainedSlice(at, end - at);
    holding = true;
    relay.client().waiting(held.readableBytes() > MAX_HELD);
    finish(at, at);
  }

  /** Sends on what is up to {@code at}, and keeps the rest until more comes. */
  private void finish(int at, int end) {
    if (relay.isEnded()) {
      return; // nothing is kept any more
    }
    int begin = bytes.readerIndex();
    if (at == begin && at < end && !out.isReadable()) {
      incomplete = handOn(); // as it is: the rest is appended, and not all copied each time
      return;
    }
    if (at < end) {
      incomplete = bytes.retainedSlice(at, end - at);
    }
    if (run == begin && at == bytes.writerIndex() && at > begin && !out.isReadable()) {
      lease.write(handOn());
      return;
    }
    pass(at);
    flushOut();
  }

  private ByteBuf handOn() {
    ByteBuf all = bytes;
    bytes = Unpooled.EMPTY_BUFFER;
    return all;
  }

  /** Lets what has not gone on yet go on, up to {@code at}. */
  void pass(int at) {
    int length = at - run;
    if (length > 0) {
      if (out.isReadable() && length <= COPIED) {
        out.writeBytes(bytes, run, length);
      } else {
        flushOut();
        lease.write(bytes.retainedSlice(run, length));
      }
      run = at;
    }
  }

  /**
   * What goes on behind all that was passed so far. A writer that replaces a part of the message at
   * hand calls {@link #pass} before and {@link #skip} after.
   */
  ByteBuf out() {
    if (!out.isReadable()) {
      out.release();
      out = relay.alloc().buffer(256);
    }
    return out;
  }

  /** The message at hand waits until {@link #resume}; what was written before it goes on. */
  void hold(int at) {
    run = at;
    toHold = true;
  }

  /** What lies before {@code at} does not go on. */
  void skip(int at) {
    run = at;
  }

  private void flushOut() {
    if (out.isReadable()) {
      ByteBuf written = out;
      out = Unpooled.EMPTY_BUFFER;
      lease.write(written);
    }
  }

  /** Whether something is kept back that could go on later. */
  boolean isHolding() {
    return holding;
  }

  @Override
  public boolean atMessageBoundary() {
    return passing == 0;
  }

  @Override
  public void close() {
    incomplete.release();
    incomplete = Unpooled.EMPTY_BUFFER;
    held.release();
    held = Unpooled.EMPTY_BUFFER;
  }
}
