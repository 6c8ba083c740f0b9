package dev.postern.plugins.limits;

import java.util.concurrent.atomic.AtomicLong;

/**
 * A token bucket as one number: the time at which it will be full. Taking moves it on, waiting lets
 * it pass by. Safe for use by many threads, without a lock.
 */
final class Tokens {
  /** However much is taken: some thirty years. */
  private static final long MAX_DEBT = 1_000_000_000_000_000_000L;

  private final Rate rate;
  private final AtomicLong fullAt;

  Tokens(Rate rate, long now) {
    this.rate = rate;
    fullAt = new AtomicLong(now);
  }

  Rate rate() {
    return rate;
  }

  /**
   * Takes one.
   *
   * @return 0, or in how many nanoseconds there will be one
   */
  long takeOne(long now) {
    long worth = rate.worth(1);
    while (true) {
      long at = fullAt.get();
      long taken = Math.max(at - now, 0) + worth;
      if (taken > rate.capacity()) {
        return taken - rate.capacity();
      }
      if (fullAt.compareAndSet(at, now + taken)) {
        return 0;
      }
    }
  }

  /** In how many nanoseconds there will be one; 0: there is. */
  long waitForOne(long now) {
    return Math.max(Math.max(fullAt.get() - now, 0) + rate.worth(1) - rate.capacity(), 0);
  }

  /** In how many nanoseconds there will be anything in it; 0: there is. */
  long waitForAny(long now) {
    return Math.max(fullAt.get() - now + 1 - rate.capacity(), 0);
  }

  /** Takes an amount, whether it is there or not. */
  void charge(long amount, long now) {
    long worth = Math.min(rate.worth(amount), MAX_DEBT);
    long at;
    long next;
    do {
      at = fullAt.get();
      next = now + Math.min(Math.max(at - now, 0) + worth, MAX_DEBT);
    } while (!fullAt.compareAndSet(at, next));
  }

  /** What was taken was not used. */
  void giveBackOne() {
    fullAt.addAndGet(-rate.worth(1));
  }

  /** Whether it has nothing to remember. */
  boolean isFull(long now) {
    return fullAt.get() - now <= 0;
  }
}
