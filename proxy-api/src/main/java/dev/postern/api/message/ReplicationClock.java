package dev.postern.api.message;

import java.time.Instant;

/** The clock of the sub-protocol: microseconds since 2000-01-01 00:00 UTC, signed. */
final class ReplicationClock {
  private static final long EPOCH_SECOND = 946_684_800L;
  private static final long MICROS = 1_000_000L;

  private ReplicationClock() {}

  static Instant toInstant(long micros) {
    return Instant.ofEpochSecond(
        EPOCH_SECOND + Math.floorDiv(micros, MICROS), Math.floorMod(micros, MICROS) * 1_000L);
  }

  /** Rounds down to the microsecond; throws ArithmeticException some 290,000 years from now. */
  static long toMicros(Instant instant) {
    long seconds = Math.subtractExact(instant.getEpochSecond(), EPOCH_SECOND);
    long micros = instant.getNano() / 1_000;
    if (seconds < 0) {
      // The second below the earliest moment would overflow, though the moment itself does not.
      seconds++;
      micros -= MICROS;
    }
    return Math.addExact(Math.multiplyExact(seconds, MICROS), micros);
  }
}
