package dev.postern.plugins.limits;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What one of those whom a limit tells apart has left. Safe for use by many threads; only who has
 * to wait meets a lock.
 */
final class Bucket {
  /** One line in the log for so many refusals as come in this time. */
  private static final long LOG_INTERVAL = 10_000_000_000L;

  final Limit limit;
  final BucketKey key;
  private final @Nullable Tokens statements;
  private final @Nullable Tokens rows;
  private final @Nullable Tokens resultBytes;
  private final @Nullable Tokens sentBytes;
  private final AtomicInteger running = new AtomicInteger();

  /** Those who wait, the first one first. Guarded by itself. */
  private final Deque<Waiter> queue = new ArrayDeque<>(0);

  /** Those whose session runs here already: others wait for it, so that they go first. */
  private final Deque<Waiter> ahead = new ArrayDeque<>(0);

  private volatile int waiting;
  private final AtomicLong loggedAt;
  private final AtomicLong unlogged = new AtomicLong();

  /** How many sessions hold it. Guarded by its place in {@link Buckets}. */
  int holders;

  /** When it was last found or left. */
  volatile long usedAt;

  Bucket(Limit limit, BucketKey key, long now) {
    this.limit = limit;
    this.key = key;
    statements = tokens(limit.statements(), now);
    rows = tokens(limit.rows(), now);
    resultBytes = tokens(limit.resultBytes(), now);
    sentBytes = tokens(limit.sentBytes(), now);
    loggedAt = new AtomicLong(now - LOG_INTERVAL);
    usedAt = now;
  }

  private static @Nullable Tokens tokens(@Nullable Rate rate, long now) {
    return rate == null ? null : new Tokens(rate, now);
  }

  /**
   * Takes what a statement needs to begin, all or nothing.
   *
   * @param slot whether it needs one of those that run at once
   * @param inTurn whether the first one who waits asks; others find nothing while somebody waits
   * @return {@code null}: it has it
   */
  @Nullable Shortage take(long now, boolean slot, boolean inTurn) {
    if (!inTurn && waiting > 0) {
      return new Shortage("", 0);
    }
    Shortage debt = debt(now);
    if (debt != null) {
      return debt;
    }
    if (slot && !takeSlot()) {
      return noSlot();
    }
    if (statements != null) {
      long wait = statements.takeOne(now);
      if (wait > 0) {
        if (slot) {
          running.decrementAndGet();
        }
        return new Shortage(statements.rate().shown(), wait);
      }
    }
    return null;
  }

  private boolean takeSlot() {
    int now;
    do {
      now = running.get();
      if (now >= limit.concurrent()) {
        return false;
      }
    } while (!running.compareAndSet(now, now + 1));
    return true;
  }

  private Shortage noSlot() {
    return new Shortage(limit.concurrent() + " running at once", -1);
  }

  /** What was taken afterwards, and has not come back yet. */
  private @Nullable Shortage debt(long now) {
    Shortage debt = debt(rows, now);
    if (debt == null) {
      debt = debt(resultBytes, now);
    }
    return debt == null ? debt(sentBytes, now) : debt;
  }

  private static @Nullable Shortage debt(@Nullable Tokens tokens, long now) {
    long wait = tokens == null ? 0 : tokens.waitForAny(now);
    return tokens == null || wait == 0 ? null : new Shortage(tokens.rate().shown(), wait);
  }

  /** Whether more may be sent, within a statement that has begun; {@code null}: it may. */
  @Nullable Shortage sending(long now, boolean inTurn) {
    if (sentBytes == null) {
      return null;
    }
    return !inTurn && waiting > 0 ? new Shortage("", 0) : debt(sentBytes, now);
  }

  /** What there is too little of now, to be told; nothing is taken. */
  Shortage shortage(long now, boolean slot) {
    Shortage debt = debt(now);
    if (debt != null) {
      return debt;
    }
    if (slot && running.get() >= limit.concurrent()) {
      return noSlot();
    }
    return statements == null
        ? new Shortage("others who wait", -1)
        : new Shortage(statements.rate().shown(), statements.waitForOne(now));
  }

  /** The statement did not begin. */
  void giveBack() {
    if (statements != null) {
      statements.giveBackOne();
    }
  }

  /** Returns whether somebody waits for it. */
  boolean leave() {
    running.decrementAndGet();
    return waiting > 0;
  }

  void chargeStatement(long now) {
    if (statements != null) {
      statements.charge(1, now);
    }
  }

  void chargeResults(long rowCount, long bytes, long now) {
    if (rows != null && rowCount > 0) {
      rows.charge(rowCount, now);
    }
    if (resultBytes != null && bytes > 0) {
      resultBytes.charge(bytes, now);
    }
  }

  void chargeSent(long bytes, long now) {
    if (sentBytes != null) {
      sentBytes.charge(bytes, now);
    }
  }

  /**
   * Somebody waits.
   *
   * @param running whether its session runs here already
   */
  void enqueue(Waiter waiter, boolean running) {
    synchronized (queue) {
      (running ? ahead : queue).addLast(waiter);
      waiting = queue.size() + ahead.size();
    }
  }

  @Nullable Waiter first() {
    synchronized (queue) {
      return ahead.isEmpty() ? queue.peek() : ahead.peek();
    }
  }

  /** One that has waited for as long as it may, if there is one. */
  @Nullable Waiter expired(long now) {
    synchronized (queue) {
      Waiter longest = queue.peek();
      return longest != null && now - longest.deadline >= 0 ? longest : null;
    }
  }

  void dequeue(Waiter waiter) {
    synchronized (queue) {
      if (!queue.remove(waiter)) {
        ahead.remove(waiter);
      }
      waiting = queue.size() + ahead.size();
    }
  }

  int waiting() {
    return waiting;
  }

  int running() {
    return running.get();
  }

  /** How many refusals a line in the log is about; 0: it is too early for one. */
  long refusalsToLog(long now) {
    unlogged.incrementAndGet();
    long last = loggedAt.get();
    return now - last >= LOG_INTERVAL && loggedAt.compareAndSet(last, now)
        ? unlogged.getAndSet(0)
        : 0;
  }

  /** Whether one that is made anew would be like it. */
  boolean isFull(long now) {
    return running.get() == 0
        && waiting == 0
        && isFull(statements, now)
        && isFull(rows, now)
        && isFull(resultBytes, now)
        && isFull(sentBytes, now);
  }

  private static boolean isFull(@Nullable Tokens tokens, long now) {
    return tokens == null || tokens.isFull(now);
  }
}
