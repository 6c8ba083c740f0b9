package dev.postern.plugins.staticroutes;

import java.time.Duration;

/**
 * How many sessions a backend has, and how many were sent there of which nothing is known yet. The
 * latter matter when many clients log in at once, and are forgotten after five to ten seconds,
 * since nobody tells about a login that was given up. Times are {@link System#nanoTime()}. Safe for
 * use by many threads.
 */
final class Load {
  static final Duration MEMORY = Duration.ofSeconds(5);

  private int sessions;
  private int sentNow;
  private int sentBefore;
  private long since;

  Load(long now) {
    this.since = now;
  }

  synchronized int count(long now) {
    forget(now);
    return sessions + sentNow + sentBefore;
  }

  /** A login was sent there. */
  synchronized void sent(long now) {
    forget(now);
    sentNow++;
  }

  /** A login that was sent there came to an end, one way or the other. */
  synchronized void arrived(long now) {
    forget(now);
    if (sentBefore > 0) {
      sentBefore--;
    } else if (sentNow > 0) {
      sentNow--;
    }
  }

  synchronized void opened() {
    sessions++;
  }

  synchronized void closed() {
    sessions--;
  }

  private void forget(long now) {
    long windows = (now - since) / MEMORY.toNanos();
    if (windows > 0) {
      sentBefore = windows == 1 ? sentNow : 0;
      sentNow = 0;
      since += windows * MEMORY.toNanos();
    }
  }
}
