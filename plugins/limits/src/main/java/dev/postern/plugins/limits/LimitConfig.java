package dev.postern.plugins.limits;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One limit.
 *
 * @param name what clients and operators call it
 * @param by whose statements share a bucket: those alike in all of these; {@code null}: all
 * @param match what it is for; {@code null}: everything
 * @param statements how many statements may begin
 * @param rows how many rows may be given or touched
 * @param resultBytes how many bytes of rows and COPY data servers may send
 * @param sentBytes how many bytes of statements, values and COPY data clients may send
 * @param concurrent how many sessions may have a statement running, from 1
 * @param action what happens beyond it; {@code null}: it is refused
 * @param maxDelay how long a statement may wait, 1 ms to an hour; {@code null}: {@value
 *     #DEFAULT_DELAY_SECONDS} s; only with the action {@code delay}
 * @param dryRun whether what would be refused or delayed is only logged; {@code null}: as for all
 */
public record LimitConfig(
    String name,
    @Nullable List<Dimension> by,
    @Nullable MatchConfig match,
    @Nullable RateConfig statements,
    @Nullable RateConfig rows,
    @Nullable SizeRateConfig resultBytes,
    @Nullable SizeRateConfig sentBytes,
    @Nullable Integer concurrent,
    @Nullable Action action,
    @Nullable Duration maxDelay,
    @Nullable Boolean dryRun) {
  static final int DEFAULT_DELAY_SECONDS = 5;
  private static final int MAX_NAME_LENGTH = 100;

  public LimitConfig {
    if (name.isBlank()
        || name.length() > MAX_NAME_LENGTH
        || name.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException(
          "name: expected: 1.." + MAX_NAME_LENGTH + " characters, no control characters");
    }
    by = by == null ? null : List.copyOf(by);
    if (by != null && new HashSet<>(by).size() < by.size()) {
      throw new IllegalArgumentException("by: names something twice");
    }
    if (statements == null
        && rows == null
        && resultBytes == null
        && sentBytes == null
        && concurrent == null) {
      throw new IllegalArgumentException(
          "limit \""
              + name
              + "\" limits nothing (expected: one or more of statements, rows, result-bytes,"
              + " sent-bytes, concurrent)");
    }
    if (concurrent != null && concurrent < 1) {
      throw new IllegalArgumentException("concurrent: " + concurrent + " (expected: 1 or more)");
    }
    if (maxDelay != null) {
      if (action != Action.DELAY) {
        throw new IllegalArgumentException("maxDelay: only with \"action: delay\"");
      }
      if (maxDelay.compareTo(Duration.ofMillis(1)) < 0
          || maxDelay.compareTo(Duration.ofHours(1)) > 0) {
        throw new IllegalArgumentException("maxDelay: out of range (expected: 1ms..1h)");
      }
    }
  }

  List<Dimension> effectiveBy() {
    return by == null ? List.of() : by;
  }

  MatchConfig effectiveMatch() {
    return match == null ? MatchConfig.ALL : match;
  }

  Duration effectiveMaxDelay() {
    return maxDelay == null ? Duration.ofSeconds(DEFAULT_DELAY_SECONDS) : maxDelay;
  }
}
