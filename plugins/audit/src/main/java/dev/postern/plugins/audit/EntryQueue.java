package dev.postern.plugins.audit;

import dev.postern.api.intercept.Verdict;
import dev.postern.api.message.FrontendMessage;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * What waits to be written, bounded by its weight, and what waits for a place. Under load the
 * thread that writes looks every few milliseconds instead of being woken for each entry. Safe for
 * use by many threads; one of them takes.
 */
final class EntryQueue {
  /**
   * An entry.
   *
   * @param verdict on the statement that is held for it; {@code null} where nothing waits
   */
  record Queued(Entry entry, @Nullable CompletableFuture<Verdict<FrontendMessage>> verdict) {
    /** Whether it is decided by this call, or nothing was to decide. */
    boolean forward() {
      return decide(Verdict.forward());
    }

    boolean decide(Verdict<FrontendMessage> decided) {
      return verdict == null || verdict.complete(decided);
    }

    boolean isGivenUp() {
      return verdict != null && verdict.isDone();
    }
  }

  private record Held(Queued queued, boolean goesOnWithAPlace) {}

  private final long maxWeight;
  private final Runnable givenUp;
  private final Queue<Queued> entries = new ConcurrentLinkedQueue<>();
  private final Queue<Held> held = new ConcurrentLinkedQueue<>();
  private final AtomicLong weight = new AtomicLong();
  private volatile boolean asleep;
  private volatile @Nullable Thread owner;

  /**
   * @param maxWeight in bytes
   * @param givenUp told of each entry that was held and is not taken
   */
  EntryQueue(long maxWeight, Runnable givenUp) {
    this.maxWeight = maxWeight;
    this.givenUp = givenUp;
  }

  boolean hasRoom() {
    return weight.get() < maxWeight;
  }

  boolean hasDoubleRoom() {
    return weight.get() < 2 * maxWeight;
  }

  long weight() {
    return weight.get();
  }

  void put(Queued queued) {
    weight.addAndGet(queued.entry().weight());
    entries.add(queued);
    if (asleep) {
      wake();
    }
  }

  /**
   * Takes an entry now, or when there is a place for it and nobody has decided meanwhile.
   *
   * @param goesOnWithAPlace whether that decides on its statement
   */
  void hold(Queued queued, boolean goesOnWithAPlace) {
    if (hasRoom()) {
      admit(new Held(queued, goesOnWithAPlace));
    } else {
      held.add(new Held(queued, goesOnWithAPlace));
      wake();
    }
  }

  private void admit(Held one) {
    if (one.goesOnWithAPlace() ? one.queued().forward() : !one.queued().isGivenUp()) {
      put(one.queued());
    } else {
      givenUp.run();
    }
  }

  /** Decides on everything that is held. */
  void giveUp(Verdict<FrontendMessage> verdict) {
    for (Held one = held.poll(); one != null; one = held.poll()) {
      one.queued().decide(verdict);
      givenUp.run();
    }
  }

  // For the thread that takes.

  /** The current thread is the one that takes. */
  void owned() {
    owner = Thread.currentThread();
  }

  boolean isEmpty() {
    return entries.isEmpty() && held.isEmpty();
  }

  int size() {
    return entries.size();
  }

  void take(List<Queued> taken, int count) {
    while (taken.size() < count) {
      Queued next = entries.poll();
      if (next == null) {
        break;
      }
      taken.add(next);
    }
    if (taken.isEmpty()) {
      admitHeld();
    }
  }

  /** These do not wait any more. */
  void written(List<Queued> batch) {
    for (Queued one : batch) {
      weight.addAndGet(-one.entry().weight());
    }
    admitHeld();
  }

  private void admitHeld() {
    while (hasRoom()) {
      Held next = held.poll();
      if (next == null) {
        return;
      }
      admit(next);
    }
  }

  /**
   * Waits until there is something to take.
   *
   * @param linger how long to look away first, in nanoseconds; not if 0
   * @param longest in nanoseconds
   */
  void awaitWork(long linger, long longest) {
    if (linger > 0) {
      LockSupport.parkNanos(this, Math.min(linger, longest));
    }
    asleep = true;
    if (isEmpty()) {
      LockSupport.parkNanos(this, longest);
    }
    asleep = false;
  }

  void pause(long nanos) {
    LockSupport.parkNanos(this, nanos);
  }

  void wake() {
    Thread thread = owner;
    if (thread != null) {
      LockSupport.unpark(thread);
    }
  }
}
