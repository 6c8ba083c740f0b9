package dev.postern.proxy.pool;

/**
 * After a server could not be reached, or refused, it is left alone for a while: 50 ms at first,
 * then twice as long and twice as long again, and then asked by one attempt at a time. Safe for use
 * by many threads.
 */
final class Backoff {
  private static final long FIRST_NANOS = 50_000_000L;
  private static final long LAST_NANOS = 200_000_000L;

  private long until;
  private long span;

  /** Whether an attempt is under way that shows whether the server is well again. */
  private boolean trying;

  /** Notes a failure; true for the first one since the server was well. */
  synchronized boolean failed(long now) {
    trying = false;
    boolean first = span == 0;
    span = span == 0 ? FIRST_NANOS : Math.min(LAST_NANOS, span * 2);
    until = now + span;
    return first;
  }

  synchronized void succeeded() {
    trying = false;
    span = 0;
  }

  /** Whether the server is left alone at the moment. */
  synchronized boolean isOn(long now) {
    return span > 0 && (trying || now - until < 0);
  }

  /** An attempt begins, which will fail or succeed. */
  synchronized void began() {
    trying = span > 0;
  }
}
