package dev.postern.plugins.limits;

import java.time.Duration;

/**
 * How fast a bucket fills, told in time: a token is worth the time in which it comes back.
 *
 * @param nanosPerToken may be less than one
 * @param capacity what the full bucket is worth, in nanoseconds
 * @param shown to clients
 */
record Rate(double nanosPerToken, long capacity, String shown) {
  static Rate of(long tokens, Duration per, long burst, String shown) {
    double each = (double) per.toNanos() / tokens;
    // A whole number of single tokens, so that the last of a burst is there too.
    long capacity = each >= 1 ? Math.round(each) * burst : Math.max(1, Math.round(each * burst));
    return new Rate(each, capacity, shown);
  }

  /** What an amount is worth, in nanoseconds. */
  long worth(long amount) {
    return amount <= 0 ? 0 : Math.max(1, Math.round(nanosPerToken * amount));
  }
}
