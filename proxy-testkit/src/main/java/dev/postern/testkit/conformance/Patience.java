package dev.postern.testkit.conformance;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Waits for what must come. */
final class Patience {
  private static final Duration LIMIT = Duration.ofSeconds(15);
  private static final Duration STEP = Duration.ofMillis(20);

  private Patience() {}

  /** Whether the condition came true within 15 seconds. */
  static boolean until(BooleanSupplier condition) {
    return until(LIMIT, condition);
  }

  static boolean until(Duration limit, BooleanSupplier condition) {
    long end = System.nanoTime() + limit.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - end > 0) {
        return false;
      }
      try {
        Thread.sleep(STEP);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }
    return true;
  }
}
