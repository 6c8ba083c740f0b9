package dev.postern.proxy.relay;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Sends on what handlers made of a message that does not go on as it came. Gathers the messages of
 * one burst in one buffer: rows that are changed come by the hundred.
 *
 * @param <M> the direction's messages
 */
final class OutcomeWriter<M> {
  private static final int INITIAL_BYTES = 1 << 12;
  private static final int ENOUGH_BYTES = 1 << 16;

  private final Side to;
  private final Relay relay;
  private final Wire<M> wire;
  private @Nullable ByteBuf gathered;

  OutcomeWriter(Side to, Relay relay, Wire<M> wire) {
    this.to = to;
    this.relay = relay;
    this.wire = wire;
  }

  /** False if the session has ended. What goes on does so with {@link #flush} at the latest. */
  boolean write(Outcome<M> outcome) {
    switch (outcome) {
      case Outcome.Changed<M>(var by, var messages) -> {
        try {
          messages.forEach(this::encode);
        } catch (RuntimeException e) {
          flush();
          relay.interceptorFailed(by == null ? new InterceptorFailure("(none)", e) : by.failure(e));
          return false;
        }
      }
      case Outcome.Rejected<M>(int by, var sqlState, var text) -> {
        flush();
        return wire.reject(by, sqlState, text, this::encode);
      }
      case Outcome.Answered<M>(int by, var messages) -> {
        flush();
        return wire.answer(by, messages, this::encode);
      }
      case Outcome.Ended<M>(var interceptor, var sqlState, var text) -> {
        flush();
        relay.endedBy(interceptor, sqlState, text);
        return false;
      }
      case Outcome.Unchanged<M>() -> throw new IllegalStateException();
      case Outcome.Waiting<M> waiting -> throw new IllegalStateException();
    }
    return true;
  }

  private void encode(M message) {
    ByteBuf out = gathered;
    if (out == null) {
      out = to.alloc().buffer(INITIAL_BYTES);
      gathered = out;
    }
    int start = out.writerIndex();
    wire.encode(message, out);
    wire.sent(out.getByte(start));
    if (out.writerIndex() >= ENOUGH_BYTES) {
      flush();
    }
  }

  /** Hands on what was gathered; comes before anything else goes on. */
  void flush() {
    ByteBuf out = gathered;
    if (out != null) {
      gathered = null;
      if (out.isReadable()) {
        to.write(out);
      } else {
        out.release();
      }
    }
  }

  void close() {
    if (gathered != null) {
      gathered.release();
      gathered = null;
    }
  }
}
