package dev.postern.proxy.relay;

import io.netty.buffer.ByteBuf;

/**
 * Sends on what handlers made of a message that does not go on as it came.
 *
 * @param <M> the direction's messages
 */
final class OutcomeWriter<M> {
  private final Side to;
  private final Relay relay;
  private final Wire<M> wire;

  OutcomeWriter(Side to, Relay relay, Wire<M> wire) {
    this.to = to;
    this.relay = relay;
    this.wire = wire;
  }

  /** False if the session has ended. */
  boolean write(Outcome<M> outcome) {
    switch (outcome) {
      case Outcome.Changed<M>(var interceptor, var messages) -> {
        try {
          messages.forEach(this::encode);
        } catch (RuntimeException e) {
          relay.interceptorFailed(new InterceptorFailure(interceptor, e));
          return false;
        }
      }
      case Outcome.Rejected<M>(var sqlState, var text) -> {
        return wire.reject(sqlState, text, this::encode);
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

  private void encode(M message) {
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
}
