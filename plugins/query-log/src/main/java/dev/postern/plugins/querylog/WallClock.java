package dev.postern.plugins.querylog;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * What time it was at a nanoTime; the wall clock itself is asked once in a second, and a step of it
 * is seen then. Used by one thread at a time.
 */
final class WallClock {
  private static final long ASK_INTERVAL = Duration.ofSeconds(1).toNanos();

  private final InstantSource clock;
  private long askedAt;

  /** In microseconds since the epoch. */
  private long answer;

  private boolean asked;

  WallClock(InstantSource clock) {
    this.clock = clock;
  }

  /**
   * What time it was, in microseconds since the epoch.
   *
   * @param nanoTime of a moment ago
   */
  long microsAt(long nanoTime) {
    long since = nanoTime - askedAt;
    if (!asked || since < 0 || since >= ASK_INTERVAL) {
      Instant now = clock.instant();
      answer = now.getEpochSecond() * 1_000_000 + now.getNano() / 1000;
      askedAt = nanoTime;
      asked = true;
      return answer;
    }
    return answer + since / 1000;
  }
}
