package dev.postern.plugins.limits;

/**
 * Why a statement does not get through.
 *
 * @param shown what there may be
 * @param waitNanos in how long there is some again; -1: nobody knows
 */
record Shortage(String shown, long waitNanos) {
  private static final long SECOND = 1_000_000_000;

  /** Rounded up, 1 or more. */
  long waitSeconds() {
    return Math.max(1, waitNanos / SECOND + (waitNanos % SECOND > 0 ? 1 : 0));
  }
}
