package dev.postern.proxy.config;

import dev.postern.api.DataSize;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The rules of one record, checked together so that all that are broken are reported. Each message
 * begins with the key, by which the binder finds the place in the file. What is not set breaks no
 * rule.
 */
final class Rules {
  private final List<String> broken = new ArrayList<>();

  Rules range(String key, @Nullable Integer value, int least, int most) {
    return require(
        value == null || (value >= least && value <= most),
        () -> expected(key, value, least, most == Integer.MAX_VALUE ? "" : most));
  }

  Rules atLeast(String key, @Nullable Integer value, int least) {
    return range(key, value, least, Integer.MAX_VALUE);
  }

  Rules range(String key, @Nullable Duration value, Duration least, Duration most) {
    return require(
        value == null || (value.compareTo(least) >= 0 && value.compareTo(most) <= 0),
        () ->
            expected(
                key,
                value == null ? null : Scalars.shown(value),
                Scalars.shown(least),
                Scalars.shown(most)));
  }

  Rules range(String key, @Nullable DataSize value, DataSize least, DataSize most) {
    return require(
        value == null || (value.compareTo(least) >= 0 && value.compareTo(most) <= 0),
        () -> expected(key, value, least, most));
  }

  Rules require(boolean holds, String otherwise) {
    return require(holds, () -> otherwise);
  }

  /** The message is made only if the rule is broken: making them all would slow the start. */
  Rules require(boolean holds, Supplier<String> otherwise) {
    if (!holds) {
      broken.add(otherwise.get());
    }
    return this;
  }

  private static String expected(String key, @Nullable Object value, Object least, Object most) {
    return key + ": " + value + " (expected: " + least + ".." + most + ")";
  }

  /** Throws for all broken rules, one in a line. */
  void enforce() {
    if (!broken.isEmpty()) {
      throw new IllegalArgumentException(String.join("\n", broken));
    }
  }
}
