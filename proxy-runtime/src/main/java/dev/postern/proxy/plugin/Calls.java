package dev.postern.proxy.plugin;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/**
 * How often an instance was called, how often it failed, and how long a part of its calls took.
 * Safe for use by many threads.
 */
public final class Calls {
  /** Each class of durations begins a quarter above the one before it. */
  private static final int CLASSES_PER_DOUBLING = 4;

  private static final int CLASSES = CLASSES_PER_DOUBLING * 40;

  private final LongAdder number = new LongAdder();
  private final LongAdder failures = new LongAdder();
  private final AtomicLongArray durations = new AtomicLongArray(CLASSES);

  /** There were calls. */
  public void add(long calls) {
    number.add(calls);
  }

  /** A call has failed. */
  public void failed() {
    failures.increment();
  }

  /** A call has taken this long; not every one is measured. */
  public void took(long nanos) {
    durations.getAndIncrement(classOf(nanos));
  }

  private static int classOf(long nanos) {
    if (nanos < 2) {
      return 0;
    }
    int doublings = 63 - Long.numberOfLeadingZeros(nanos);
    long within = ((nanos - (1L << doublings)) * CLASSES_PER_DOUBLING) >>> doublings;
    return Math.min(CLASSES - 1, doublings * CLASSES_PER_DOUBLING + (int) within);
  }

  /** The longest duration of a class, in nanoseconds. */
  private static long end(int index) {
    long begin = 1L << (index / CLASSES_PER_DOUBLING);
    return begin + begin * (index % CLASSES_PER_DOUBLING + 1) / CLASSES_PER_DOUBLING;
  }

  long number() {
    return number.sum();
  }

  long failures() {
    return failures.sum();
  }

  /**
   * How long the quickest {@code share} of the calls took at most, in nanoseconds, to a quarter; 0
   * where none was measured.
   */
  long percentile(double share) {
    long all = 0;
    for (int i = 0; i < CLASSES; i++) {
      all += durations.get(i);
    }
    long wanted = (long) Math.ceil(all * share);
    long seen = 0;
    for (int i = 0; i < CLASSES && wanted > 0; i++) {
      seen += durations.get(i);
      if (seen >= wanted) {
        return end(i);
      }
    }
    return 0;
  }
}
