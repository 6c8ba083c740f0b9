package dev.postern.proxy.relay;

import dev.postern.api.session.CloseReason;
import java.util.concurrent.TimeUnit;

/**
 * How a client leaves its pooled session. What it asked before it said Terminate is still done, and
 * answered.
 */
final class Departure {
  /** How long a server may take for what a client asked before it said Terminate, in seconds. */
  private static final int LAST_REQUESTS_SECONDS = 30;

  private final PooledRelay relay;
  private final Lease lease;
  private final Outstanding outstanding;
  private boolean underWay;

  Departure(PooledRelay relay, Lease lease, Outstanding outstanding) {
    this.relay = relay;
    this.lease = lease;
    this.outstanding = outstanding;
  }

  /** Whether the client has said Terminate, and its last requests are to be answered. */
  boolean isUnderWay() {
    return underWay;
  }

  /** The client has said Terminate. */
  void terminated() {
    relay.progress().clientSent(true);
    if (!lease.hasBackend() || outstanding.queue.isEmpty()) {
      ended();
      return;
    }
    underWay = true;
    lease.flush();
    var _ = relay.eventLoop().schedule(this::late, LAST_REQUESTS_SECONDS, TimeUnit.SECONDS);
  }

  /** The client has said Terminate, and all is done. */
  void ended() {
    relay.end(CloseReason.CLIENT_TERMINATED, "the client ended the session", null);
  }

  private void late() {
    relay.end(
        CloseReason.CLIENT_TERMINATED,
        "the client ended the session, and its last request took too long",
        null);
  }

  /** The client's connection is closed. */
  void closed() {
    if (underWay && lease.hasBackend()) {
      lease.updateReading();
    } else if (relay.progress().terminated()) {
      ended();
    } else {
      relay.end(
          CloseReason.CLIENT_VANISHED, "the client closed the connection without Terminate", null);
    }
  }
}
