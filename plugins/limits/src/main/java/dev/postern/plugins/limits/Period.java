package dev.postern.plugins.limits;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The time that a rate is about. */
final class Period {
  private static final Duration DEFAULT = Duration.ofSeconds(1);
  private static final Duration MIN = Duration.ofMillis(1);
  private static final Duration MAX = Duration.ofDays(1);

  /** How long a bucket may take to fill. */
  private static final Duration MAX_FILLING = Duration.ofDays(366);

  private Period() {}

  static void check(@Nullable Duration per) {
    if (per != null && (per.compareTo(MIN) < 0 || per.compareTo(MAX) > 0)) {
      throw new IllegalArgumentException("per: " + shown(per) + " (expected: 1ms..24h)");
    }
  }

  static void checkBurst(long burst, long rate, @Nullable Duration per) {
    double filling = (double) burst / rate * effective(per).toNanos();
    if (filling > MAX_FILLING.toNanos()) {
      throw new IllegalArgumentException("burst: takes more than 366 days to come together");
    }
  }

  static Duration effective(@Nullable Duration per) {
    return per == null ? DEFAULT : per;
  }

  /** Behind the word "per". */
  static String shown(@Nullable Duration per) {
    long millis = effective(per).toMillis();
    if (millis % 1000 != 0) {
      return millis + " ms";
    }
    long seconds = millis / 1000;
    return seconds == 1
        ? "second"
        : seconds == 60
            ? "minute"
            : seconds == 3600 ? "hour" : seconds == 86_400 ? "day" : seconds + " s";
  }
}
