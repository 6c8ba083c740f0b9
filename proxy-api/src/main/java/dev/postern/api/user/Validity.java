package dev.postern.api.user;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** From one moment (included) to another (excluded), either of them open. */
final class Validity {
  private Validity() {}

  static boolean covers(@Nullable Instant from, @Nullable Instant until, Instant now) {
    return (from == null || !now.isBefore(from)) && (until == null || now.isBefore(until));
  }
}
