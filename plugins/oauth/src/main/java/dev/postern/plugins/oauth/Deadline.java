package dev.postern.plugins.oauth;

import java.time.Duration;

/**
 * Until when something has to be done.
 *
 * @param at as {@link System#nanoTime()}
 */
record Deadline(long at) {
  static Deadline in(Duration time) {
    return new Deadline(System.nanoTime() + time.toNanos());
  }

  /** 0 or more. */
  long leftNanos() {
    return Math.max(0, at - System.nanoTime());
  }
}
