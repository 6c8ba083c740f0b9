package dev.postern.testkit.spi;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** A clock that stands still until a test moves it. Safe for use by many threads. */
public final class MovableClock implements InstantSource {
  private Instant now;

  public MovableClock(Instant start) {
    this.now = start;
  }

  /** Moves it by {@code step}, which may be negative. */
  public synchronized void advance(Duration step) {
    now = now.plus(step);
  }

  @Override
  public synchronized Instant instant() {
    return now;
  }
}
