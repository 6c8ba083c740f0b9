package dev.postern.proxy.user;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/** Times as the store keeps them: to the microsecond, in order. */
final class Periods {
  private Periods() {}

  static void check(@Nullable Instant from, @Nullable Instant until) {
    if (from != null && until != null && !from.isBefore(until)) {
      throw StoreException.invalid(
          "validity: from "
              + from
              + " until "
              + until
              + " (expected: the first before the second)");
    }
  }

  static Instant stored(Instant instant) {
    return instant.truncatedTo(ChronoUnit.MICROS);
  }

  static @Nullable Instant storedOrNull(@Nullable Instant instant) {
    return instant == null ? null : stored(instant);
  }

  /** The earlier of the two, where {@code null} stands for never. */
  static Instant earlier(@Nullable Instant one, Instant other) {
    return one == null || other.isBefore(one) ? other : one;
  }
}
