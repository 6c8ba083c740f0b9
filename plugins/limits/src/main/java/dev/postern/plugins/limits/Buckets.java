package dev.postern.plugins.limits;

import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * All buckets that remember something or that a session holds, up to a number. Where there is no
 * room, those that are full are forgotten first, then those that were not used for longest; where
 * sessions hold them all, newcomers share one bucket for each limit, so that nobody gets round a
 * limit by filling the memory. Safe for use by many threads.
 */
final class Buckets {
  /** Between two searches for room of which the first has found none. */
  private static final long PAUSE = 100_000_000;

  private final ConcurrentHashMap<BucketKey, Bucket> buckets = new ConcurrentHashMap<>();
  private final int max;
  private final LongSupplier nanoTime;
  private final ReentrantLock clearing = new ReentrantLock();

  /** Until when it is known that there is nothing to forget. */
  private volatile long fullUntil;

  Buckets(int max, LongSupplier nanoTime) {
    this.max = max;
    this.nanoTime = nanoTime;
    fullUntil = nanoTime.getAsLong();
  }

  int size() {
    return buckets.size();
  }

  /** The caller holds it until it {@link #leave}s it. */
  Bucket hold(Limit limit, BucketKey key) {
    BucketKey found = key;
    if (buckets.size() >= max && !buckets.containsKey(key)) {
      makeRoom();
      if (buckets.size() >= max) {
        found = BucketKey.overflow(limit.name());
      }
    }
    return buckets.compute(
        found,
        (place, present) -> {
          long now = nanoTime.getAsLong();
          Bucket bucket = present == null ? new Bucket(limit, place, now) : present;
          bucket.holders++;
          bucket.usedAt = now;
          return bucket;
        });
  }

  void leave(Bucket bucket) {
    buckets.computeIfPresent(
        bucket.key,
        (_, present) -> {
          if (present == bucket) {
            present.holders--;
            present.usedAt = nanoTime.getAsLong();
          }
          return present;
        });
  }

  /** Forgets those that have nothing to remember. */
  void sweep() {
    for (BucketKey key : buckets.keySet()) {
      buckets.computeIfPresent(
          key,
          (_, bucket) ->
              bucket.holders == 0 && bucket.isFull(nanoTime.getAsLong()) ? null : bucket);
    }
  }

  /** A part at once, so that it is seldom done. */
  private void makeRoom() {
    if (nanoTime.getAsLong() - fullUntil < 0 || !clearing.tryLock()) {
      return;
    }
    try {
      sweep();
      int enough = max - Math.max(1, max / 16);
      int surplus = buckets.size() - enough;
      if (surplus <= 0) {
        return;
      }
      List<Bucket> oldest =
          buckets.values().stream()
              .filter(bucket -> bucket.holders == 0)
              .sorted(Comparator.comparingLong(bucket -> bucket.usedAt))
              .limit(surplus)
              .toList();
      for (Bucket each : oldest) {
        buckets.computeIfPresent(each.key, (_, bucket) -> bucket.holders == 0 ? null : bucket);
      }
      if (buckets.size() >= max) {
        fullUntil = nanoTime.getAsLong() + PAUSE;
      }
    } finally {
      clearing.unlock();
    }
  }
}
