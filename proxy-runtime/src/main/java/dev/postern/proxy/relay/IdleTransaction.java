package dev.postern.proxy.relay;

import dev.postern.api.SqlState;
import dev.postern.api.message.ErrorResponse;
import dev.postern.api.routing.Pooling;
import dev.postern.api.session.CloseReason;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Ends a session that leaves a transaction open and says nothing for too long. There is one timer
 * for a session at most, set anew only when it fires, so that a query costs a look at the clock.
 */
final class IdleTransaction {
  private final PooledRelay relay;
  private final Lease lease;
  private final Outstanding outstanding;

  /** Zero: never. */
  private final long timeout;

  private long since;

  /** {@code null} where there is no timer. */
  private @Nullable Future<?> watch;

  IdleTransaction(PooledRelay relay, Lease lease, Outstanding outstanding, Pooling pooling) {
    this.relay = relay;
    this.lease = lease;
    this.outstanding = outstanding;
    timeout = pooling.idleInTransactionTimeout().toNanos();
  }

  /** Everything is answered; perhaps a transaction is open. */
  void begins() {
    if (timeout == 0 || !isIdle()) {
      return;
    }
    since = System.nanoTime();
    if (watch == null) {
      watch(timeout);
    }
  }

  /** The session ends, and is not to be kept by its timer. */
  void close() {
    if (watch != null) {
      watch.cancel(false);
    }
  }

  private boolean isIdle() {
    return lease.hasBackend()
        && outstanding.queue.isEmpty()
        && relay.progress().transactionStatus() != 'I';
  }

  private void watch(long after) {
    watch = relay.eventLoop().schedule(this::look, after, TimeUnit.NANOSECONDS);
  }

  private void look() {
    watch = null;
    if (relay.isEnded() || !isIdle()) {
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
