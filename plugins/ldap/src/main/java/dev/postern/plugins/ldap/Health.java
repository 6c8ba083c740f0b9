package dev.postern.plugins.ldap;

import java.time.Duration;

/**
 * Whether a server answers. One that did not is asked only after the others, for a time that
 * doubles with every failure. Times are {@link System#nanoTime()}. Safe for use by many threads.
 */
final class Health {
  private static final Duration FIRST = Duration.ofMillis(500);
  private static final Duration LONGEST = Duration.ofSeconds(10);

  private boolean up = true;
  private Duration wait = Duration.ZERO;
  private long until;

  /** A server is up again, to be tried like the others, when its time is over. */
  synchronized boolean isUp(long now) {
    return up || now - until >= 0;
  }

  /** Returns whether that is news. */
  synchronized boolean failed(long now) {
    boolean news = up;
    Duration twice = wait.multipliedBy(2);
    if (twice.isZero()) {
      wait = FIRST;
    } else {
      wait = twice.compareTo(LONGEST) < 0 ? twice : LONGEST;
    }
    up = false;
    until = now + wait.toNanos();
    return news;
  }

  /** Returns whether that is news. */
  synchronized boolean answered() {
    boolean news = !up;
    up = true;
    wait = Duration.ZERO;
    return news;
  }
}
