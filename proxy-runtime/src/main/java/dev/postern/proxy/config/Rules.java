package dev.postern.proxy.config;

import dev.postern.api.DataSize;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rules of one record, checked together so that all that are broken are reported. Each message
 * begins with the key, by which the binder finds the place in the file. What is not set breaks no
 * rule.
 */
final class Rules {
  private final List<String> broken = new ArrayList<>();

  Rules range(String key, @Nullable Integer value, int least, int most) {
    String limit = most == Integer.MAX_VALUE ? "" : String.valueOf(most);
    return require(
        value == null || (value >= least && value <= most),
        "%s: %s (expected: %d..%s)".formatted(key, value, least, limit));
  }

  Rules atLeast(String key, @Nullable Integer value, int least) {
    return range(key, value, least, Integer.MAX_VALUE);
  }

  Rules range(String key, @Nullable Duration value, Duration least, Duration most) {
    return require(
        value == null || (value.compareTo(least) >= 0 && value.compareTo(most) <= 0),
        value == null
            ? key
            : "%s: %s (expected: %s..%s)"
                .formatted(key, Scalars.shown(value), Scalars.shown(least), Scalars.shown(most)));
  }

  Rules range(String key, @Nullable DataSize value, DataSize least, DataSize most) {
    return require(
        value == null || (value.compareTo(least) >= 0 && value.compareTo(most) <= 0),
        "%s: %s (expected: %s..%s)".formatted(key, value, least, most));
  }

  Rules require(boolean holds, String otherwise) {
    if (!holds) {
      broken.add(otherwise);
    }
    return this;
  }

  /** Throws for all broken rules, one in a line. */
  void enforce() {
    if (!broken.isEmpty()) {
      throw new IllegalArgumentException(String.join("\n", broken));
    }
  }
}
