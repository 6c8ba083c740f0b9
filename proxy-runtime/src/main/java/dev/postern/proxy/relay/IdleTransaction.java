package dev.postern.proxy.relay;

import dev.postern.api.SqlState;
import dev.postern.api.message.ErrorResponse;
import dev.postern.api.session.CloseReason;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Ends a session that leaves a transaction open and says nothing for too long. There is one timer
 * for a session at most, set anew only when it fires, so that a query costs a look at the clock.
 */
final class IdleTransaction {
  private final PooledRelay relay;
  private final long timeout;
  private long since;
  private boolean watched;

  /**
   * @param timeout zero: never
   */
  IdleTransaction(PooledRelay relay, Duration timeout) {
    this.relay = relay;
    this.timeout = timeout.toNanos();
  }

  /** Everything is answered; perhaps a transaction is open. */
  void begins() {
    if (timeout == 0 || !relay.isIdleInTransaction()) {
      return;
    }
    since = System.nanoTime();
    if (!watched) {
      watch(timeout);
    }
  }

  private void watch(long after) {
    watched = true;
    var _ = relay.eventLoop().schedule(this::look, after, TimeUnit.NANOSECONDS);
  }

  private void look() {
    watched = false;
    if (relay.isEnded() || !relay.isIdleInTransaction()) {
      return;
    }
    long left = since + timeout - System.nanoTime();
    if (left > 0) {
      watch(left);
      return;
    }
    relay.end(
        CloseReason.IDLE_TIMEOUT,
        "idle in a transaction for longer than the pool's idle-in-transaction-timeout",
        ErrorResponse.fatal(
            SqlState.IDLE_IN_TRANSACTION_TIMEOUT,
            "terminating connection due to idle-in-transaction timeout"));
  }
}
