package dev.postern.proxy.session;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Keeps what anybody can cause from filling the log: a line, and then none for a while. Safe for
 * use by many threads.
 */
final class SparseLog {
  private final long pauseNanos;
  private final LongSupplier nanoTime;
  private final AtomicLong next;

  SparseLog(Duration pause, LongSupplier nanoTime) {
    this.pauseNanos = pause.toNanos();
    this.nanoTime = nanoTime;
    this.next = new AtomicLong(nanoTime.getAsLong());
  }

  /** Whether a line may be logged now. */
  boolean mayLog() {
    long now = nanoTime.getAsLong();
    long from = next.get();
    return now - from >= 0 && next.compareAndSet(from, now + pauseNanos);
  }
}
