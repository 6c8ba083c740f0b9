package dev.postern.proxy.pool;

import java.util.function.IntSupplier;

/**
 * After a pool's login failed it is left alone for a while: 50 ms at first, then twice as long and
 * twice as long again, and then tried by one attempt at a time. Behind a failure that is the
 * server's there is no pause: the pauses of servers are for all pools. Safe for use by many
 * threads.
 */
final class Backoff {
  private static final long FIRST_NANOS = 50_000_000L;
  private static final long LAST_NANOS = 200_000_000L;

  private boolean failing;
  private long until;
  private long span;

  /**
   * Notes a failure.
   *
   * @param ofTheServer whether others pause for it
   * @return true for the first one since logins succeeded
   */
  synchronized boolean failed(long now, boolean ofTheServer) {
    boolean first = !failing;
    failing = true;
    if (ofTheServer) {
      span = 0;
    } else {
      span = span == 0 ? FIRST_NANOS : Math.min(LAST_NANOS, span * 2);
    }
    until = now + span;
    return first;
  }

  /** A login has succeeded; true if the one before had failed. */
  synchronized boolean succeeded() {
    boolean last = failing;
    failing = false;
    span = 0;
    return last;
  }

  /** Whether the last login has failed. */
  synchronized boolean isFailing() {
    return failing;
  }

  /**
   * Whether no attempt may be made at the moment.
   *
   * @param opening how many are under way
   */
  synchronized boolean isOn(long now, IntSupplier opening) {
    return failing && (now - until < 0 || opening.getAsInt() > 0);
  }
}
