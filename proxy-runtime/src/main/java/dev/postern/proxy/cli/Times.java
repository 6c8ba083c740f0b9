package dev.postern.proxy.cli;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Times and durations as they are written on the command line. */
final class Times {
  private static final Pattern DURATION = Pattern.compile("(\\d{1,9})([smhd])");

  private Times() {}

  /**
   * {@code 2026-12-31T18:00:00Z}, with any offset, or {@code 2026-12-31} for its beginning in UTC.
   */
  static final class OfInstant implements ITypeConverter<Instant> {
    @Override
    public Instant convert(String value) {
      try {
        return value.indexOf('T') < 0
            ? LocalDate.parse(value).atStartOfDay(ZoneOffset.UTC).toInstant()
            : OffsetDateTime.parse(value).toInstant();
      } catch (DateTimeException e) {
        throw new TypeConversionException(
            "\"%s\" is no time (expected: 2026-12-31 or 2026-12-31T18:00:00Z)".formatted(value));
      }
    }
  }

  /** To the second: programs are given the rest. */
  static String shown(Instant time) {
    return time.truncatedTo(ChronoUnit.SECONDS).toString();
  }

  /** A short time in the unit that suits it. */
  static String shown(Duration time) {
    long nanos = time.toNanos();
    if (nanos == 0) {
      return "-";
    } else if (nanos < 10_000) {
      return nanos + " ns";
    } else if (nanos < 10_000_000) {
      return nanos / 1000 + " us";
    }
    return nanos / 1_000_000 + " ms";
  }

  /** {@code 30s}, {@code 5m}, {@code 12h} or {@code 7d}. */
  static final class OfDuration implements ITypeConverter<Duration> {
    @Override
    public Duration convert(String value) {
      Matcher matcher = DURATION.matcher(value);
      if (!matcher.matches()) {
        throw new TypeConversionException(
            "\"%s\" is no duration (expected: 30s, 5m, 12h or 7d)".formatted(value));
      }
      long count = Long.parseLong(matcher.group(1));
      return switch (matcher.group(2)) {
        case "s" -> Duration.ofSeconds(count);
        case "m" -> Duration.ofMinutes(count);
        case "h" -> Duration.ofHours(count);
        default -> Duration.ofDays(count);
      };
    }
  }
}
