package dev.postern.proxy.relay;

import dev.postern.api.SqlState;
import dev.postern.api.message.ErrorResponse;
import dev.postern.proxy.codec.BackendCodec;
import io.netty.buffer.ByteBuf;

/**
 * A request that was cancelled before anything of it went on: Postern answers it as a server would
 * outside of a transaction, and drops its messages.
 */
final class CancelledRequest {
  private final PooledRelay relay;
  private boolean underWay;

  /** Whether the client has been told so. */
  private boolean refused;

  CancelledRequest(PooledRelay relay) {
    this.relay = relay;
  }

  /** It is cancelled; its first message comes next. */
  void begin() {
    underWay = true;
  }

  /** Whether messages of it are still to come. */
  boolean isUnderWay() {
    return underWay;
  }

  /** Answers one of its messages; returns whether that was the last. */
  boolean endsWith(byte type) {
    boolean alone = !refused && (type == 'Q' || type == 'F');
    if (!refused && !Outstanding.asksNothing(type)) {
      refused = true;
      ByteBuf error = relay.alloc().buffer();
      BackendCodec.encode(
          ErrorResponse.error(SqlState.QUERY_CANCELED, "canceling statement due to user request"),
          error);
      relay.toClient(error);
    }
    if (alone || type == 'S') { // as a server reads on from the next Sync
      refused = false;
      underWay = false;
      relay.progress().outstanding(0);
      relay.toClient(relay.alloc().buffer(6).writeByte('Z').writeInt(5).writeByte('I'));
    }
    relay.client().flush();
    return !underWay;
  }
}
