package dev.postern.proxy.channel;

import java.time.Duration;

/**
 * The moment by which something must be done. It is set once and not moved by progress, so that a
 * peer that drips bytes gains nothing.
 *
 * @param nanoTime in the terms of {@link System#nanoTime()}
 */
public record Deadline(long nanoTime) {
  public static Deadline in(Duration time) {
    return new Deadline(System.nanoTime() + time.toNanos());
  }

  /** The nearer of this and {@code time} from now. */
  public Deadline orIn(Duration time) {
    Deadline other = in(time);
    return other.nanoTime - nanoTime < 0 ? other : this;
  }

  /** Nanoseconds left; zero or less when it has passed. */
  public long remainingNanos() {
    return nanoTime - System.nanoTime();
  }
}
