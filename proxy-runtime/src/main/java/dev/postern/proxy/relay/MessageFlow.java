package dev.postern.proxy.relay;

import dev.postern.api.Bytes;
import dev.postern.api.intercept.UndecodedMessage;
import dev.postern.api.intercept.Verdict;
import dev.postern.proxy.codec.ProtocolException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A direction in which somebody wants to see messages. Walks from header to header; what nobody
 * declared goes on in the buffer in which it came, together with its neighbours; a declared message
 * is decoded when it is whole.
 *
 * @param <M> the direction's messages
 */
final class MessageFlow<M> implements Flow {
  private static final int HEADER_LENGTH = 5;

  private final Side from;
  private final Side to;
  private final Relay relay;
  private final Wire<M> wire;
  private final Handlers<M> handlers;

  /** Bytes still to come of a message that goes on as it comes. */
  private int passing;

  /** The beginning of a header, or of a declared message. */
  private ByteBuf incomplete = Unpooled.EMPTY_BUFFER;

  private @Nullable Pause<M> pause;
  private boolean closed;

  /** A message whose verdict is awaited, its original bytes, and what came after it. */
  private static final class Pause<M> {
    final Passage<M> passage;
    final ByteBuf original;
    final ScheduledFuture<?> timeout;
    ByteBuf behind;

    Pause(Passage<M> passage, ByteBuf original, ByteBuf behind, ScheduledFuture<?> timeout) {
      this.passage = passage;
      this.original = original;
      this.behind = behind;
      this.timeout = timeout;
    }

    void release() {
      timeout.cancel(false);
      original.release();
      behind.release();
    }
  }

  MessageFlow(Side from, Side to, Relay relay, Wire<M> wire, Handlers<M> handlers) {
    this.from = from;
    this.to = to;
    this.relay = relay;
    this.wire = wire;
    this.handlers = handlers;
  }

  @Override
  public void accept(ByteBuf bytes) {
    if (closed) {
      bytes.release();
    } else if (pause != null) {
      pause.behind = append(pause.behind, bytes);
    } else if (incomplete.isReadable()) {
      ByteBuf all = append(incomplete, bytes);
      incomplete = Unpooled.EMPTY_BUFFER;
      walk(all);
    } else {
      walk(bytes);
    }
  }

  private ByteBuf append(ByteBuf before, ByteBuf bytes) {
    return ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(from.alloc(), before, bytes);
  }

  /** Takes the bytes over. */
  private void walk(ByteBuf bytes) {
    int begin = bytes.readerIndex();
    int end = bytes.writerIndex();
    int run = begin;
    int at = begin + Math.min(passing, end - begin);
    passing -= at - begin;
    while (end - at >= HEADER_LENGTH && !closed) {
      byte type = bytes.getByte(at);
      int length = bytes.getInt(at + 1);
      if (length < 4 || length == Integer.MAX_VALUE) {
        forward(bytes, run, at, begin, end);
        relay.violated(from, "message type 0x%02x: length %d".formatted(type & 0xff, length));
        return;
      }
      int size = 1 + length;
      boolean declared = handlers.isWanted(type);
      if (declared && size > relay.maxDeclaredMessage()) {
        if (!handlers.mayPassUndecoded(type)) {
          forward(bytes, run, at, begin, end);
          relay.tooLarge(from, type, length);
          return;
        }
        if (end - at < HEADER_LENGTH + UndecodedMessage.START_LENGTH) {
          break;
        }
        if (!showStart(type, length, bytes, at)) {
          end(bytes, run, at);
          return;
        }
        declared = false;
      }
      if (size > end - at) {
        if (declared || wire.needsWhole(type, length)) {
          break;
        }
        wire.arrived(type, bytes, at);
        wire.sent(type);
        passing = size - (end - at);
        at = end;
        continue;
      }
      wire.arrived(type, bytes, at);
      if (!declared) {
        wire.sent(type);
      } else if (!handle(type, bytes, run, at, size)) {
        return;
      }
      at += size;
      if (declared && cut) {
        run = at;
        cut = false;
      }
    }
    if (at == begin && at < end && !closed) {
      // All of it waits: kept as it is, so that the rest is appended and not copied each time.
      incomplete = bytes;
      return;
    }
    if (at < end && !closed) {
      incomplete = bytes.retainedSlice(at, end - at);
    }
    forward(bytes, run, at, begin, end);
  }

  /** Shows the observers what there is of a message that is too large for them. */
  private boolean showStart(byte type, int length, ByteBuf bytes, int at) {
    byte[] start = new byte[UndecodedMessage.START_LENGTH];
    bytes.getBytes(at + HEADER_LENGTH, start);
    char shownType = (char) (type & 0xff);
    try {
      handlers.passUndecoded(
          new UndecodedMessage(from.isClient(), shownType, length, Bytes.wrap(start)));
      return true;
    } catch (InterceptorFailure e) {
      relay.interceptorFailed(e);
      return false;
    }
  }

  /** Whether the last declared message did not go on as its original bytes. */
  private boolean cut;

  /**
   * Handles the whole declared message at {@code at}; what stands before it since {@code run} goes
   * on first if this message does not.
   *
   * @return false if the walk is over, the bytes then being released
   */
  private boolean handle(byte type, ByteBuf bytes, int run, int at, int size) {
    Outcome<M> outcome;
    Passage<M> passage = null;
    try {
      M decoded = wire.decode(type, bytes.slice(at + HEADER_LENGTH, size - HEADER_LENGTH));
      M substitute = wire.substitute(decoded);
      if (!handlers.isDeciding() && substitute == null) {
        Passage.observe(handlers, decoded);
        wire.sent(type);
        return true;
      }
      passage =
          new Passage<>(handlers, substitute == null ? decoded : substitute, substitute != null);

      outcome = passage.proceed();
    } catch (InterceptorFailure e) {
      end(bytes, run, at);
      relay.interceptorFailed(e);
      return false;
    } catch (ProtocolException e) {
      end(bytes, run, at);
      relay.violated(from, String.valueOf(e.getMessage()));
      return false;
    }
    if (outcome instanceof Outcome.Unchanged<M>) {
      wire.sent(type);
      return true;
    }
    cut = true;
    forwardPart(bytes, run, at);
    if (closed) {
      bytes.release(); // the write has failed, and ended the session
      return false;
    }
    if (outcome instanceof Outcome.Waiting<M> waiting) {
      ByteBuf original = bytes.retainedSlice(at, size);
      ByteBuf behind = bytes.retainedSlice(at + size, bytes.writerIndex() - at - size);
      bytes.release();
      cut = false;
      await(waiting, passage, original, behind);
      return false;
    }
    if (!emit(outcome)) {
      bytes.release();
      return false;
    }
    return true;
  }

  private boolean emit(Outcome<M> outcome) {
    switch (outcome) {
      case Outcome.Changed<M>(var interceptor, var messages) -> {
        try {
          messages.forEach(this::write);
        } catch (RuntimeException e) {
          relay.interceptorFailed(new InterceptorFailure(interceptor, e));
          return false;
        }
      }
      case Outcome.Rejected<M>(var sqlState, var text) -> {
        return wire.reject(sqlState, text, this::write);
      }
      case Outcome.Ended<M>(var interceptor, var sqlState, var text) -> {
        relay.endedBy(interceptor, sqlState, text);
        return false;
      }
      case Outcome.Unchanged<M>() -> throw new IllegalStateException();
      case Outcome.Waiting<M> waiting -> throw new IllegalStateException();
    }
    return true;
  }

  private void write(M message) {
    ByteBuf encoded = to.alloc().buffer();
    try {
      wire.encode(message, encoded);
    } catch (RuntimeException e) {
      encoded.release();
      throw e;
    }
    wire.sent(encoded.getByte(encoded.readerIndex()));
    to.write(encoded);
  }

  private void await(
      Outcome.Waiting<M> waiting, Passage<M> passage, ByteBuf original, ByteBuf behind) {
    var loop = from.eventLoop();
    var timeout =
        loop.schedule(
            () -> relay.interceptorLate(waiting.interceptor()),
            relay.interceptorTimeout().toNanos(),
            TimeUnit.NANOSECONDS);
    pause = new Pause<>(passage, original, behind, timeout);
    from.hold(true);
    var awaited = pause;
    waiting
        .verdict()
        .whenComplete(
            (verdict, failure) ->
                loop.execute(
                    () -> {
                      if (pause != awaited || closed) {
                        return;
                      }
                      if (failure != null || verdict == null) {
                        relay.interceptorFailed(
                            new InterceptorFailure(
                                waiting.interceptor(),
                                failure != null
                                    ? failure
                                    : new NullPointerException("the verdict is null")));
                        return;
                      }
                      resume(awaited, verdict);
                    }));
  }

  private void resume(Pause<M> awaited, Verdict<M> verdict) {
    awaited.timeout.cancel(false);
    pause = null;
    Outcome<M> outcome;
    try {
      outcome = awaited.passage.decided(verdict);
    } catch (InterceptorFailure e) {
      awaited.release();
      relay.interceptorFailed(e);
      return;
    }
    if (outcome instanceof Outcome.Waiting<M> again) {
      await(again, awaited.passage, awaited.original, awaited.behind);
      return;
    }
    if (outcome instanceof Outcome.Unchanged<M>) {
      wire.sent(awaited.original.getByte(awaited.original.readerIndex()));
      to.write(awaited.original);
    } else {
      awaited.original.release();
      if (!emit(outcome)) {
        awaited.behind.release();
        return;
      }
    }
    from.hold(false);
    walk(awaited.behind);
    to.flush();
  }

  /** Sends on what is between two indexes, and is done with the buffer. */
  private void forward(ByteBuf bytes, int run, int at, int begin, int end) {
    if (run == begin && at == end) {
      to.write(bytes);
    } else {
      forwardPart(bytes, run, at);
      bytes.release();
    }
  }

  private void end(ByteBuf bytes, int run, int at) {
    forwardPart(bytes, run, at);
    bytes.release();
  }

  private void forwardPart(ByteBuf bytes, int run, int at) {
    if (at > run) {
      to.write(bytes.retainedSlice(run, at - run));
    }
  }

  @Override
  public boolean atMessageBoundary() {
    return passing == 0;
  }

  @Override
  public void close() {
    closed = true;
    incomplete.release();
    incomplete = Unpooled.EMPTY_BUFFER;
    if (pause != null) {
      pause.release();
      pause = null;
    }
  }
}
