package dev.postern.plugins.staticroutes;

import java.time.Duration;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Whether a backend answers. One that did not is down: it is passed over until its time has come,
 * then a single session may try it, while the others go on passing it over. The time doubles with
 * every failed trial up to a limit and is spread by a fifth either way, so that many Posterns do
 * not knock at once. Times are {@link System#nanoTime()}. Safe for use by many threads.
 */
final class Health {
  private final long firstDelay;
  private final long delayLimit;
  private final DoubleSupplier random;

  private boolean down;
  private boolean trial;
  private long delay;
  private long retryAt;

  /**
   * @param random 0 (included) to 1 (excluded)
   */
  Health(Duration firstDelay, Duration delayLimit, DoubleSupplier random) {
    this.firstDelay = firstDelay.toNanos();
    this.delayLimit = delayLimit.toNanos();
    this.random = random;
  }

  synchronized boolean isUp() {
    return !down;
  }

  /**
   * Asks to be the one session that tries a backend which is down. A trial of which nothing is
   * heard (its client went away) is given to another session after the first delay.
   */
  synchronized boolean claimTrial(long now) {
    if (!down || now - retryAt < 0) {
      return false;
    }
    trial = true;
    retryAt = now + firstDelay;
    return true;
  }

  /** The backend did not answer. Returns for how long it is passed over if it was up until now. */
  synchronized @Nullable Duration failed(long now) {
    if (down && !trial) {
      return null;
    }
    boolean wasUp = !down;
    delay =
        wasUp ? firstDelay : Math.min(delayLimit, delay > delayLimit / 2 ? delayLimit : delay * 2);
    down = true;
    trial = false;
    retryAt = now + (long) (delay * (0.8 + 0.4 * random.getAsDouble()));
    return wasUp ? Duration.ofNanos(delay) : null;
  }

  /** A session logged in there. Returns whether the backend was down until now. */
  synchronized boolean answered() {
    boolean wasDown = down;
    down = false;
    trial = false;
    return wasDown;
  }
}
