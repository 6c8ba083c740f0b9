package dev.postern.plugins.limits;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The {@code config} section of the plugin.
 *
 * @param limits one or more; a statement has to pass all that are for it, in this order
 * @param dryRun whether what would be refused or delayed is only logged; {@code null}: no
 * @param maxBuckets how many buckets are kept, {@value #MIN_BUCKETS} to {@value #MAX_BUCKETS};
 *     {@code null}: {@value #DEFAULT_BUCKETS}
 */
public record LimitsConfig(
    List<LimitConfig> limits, @Nullable Boolean dryRun, @Nullable Integer maxBuckets) {
  static final int DEFAULT_BUCKETS = 10_000;
  static final int MIN_BUCKETS = 16;
  static final int MAX_BUCKETS = 1_000_000;

  public LimitsConfig {
    limits = List.copyOf(limits);
    if (limits.isEmpty()) {
      throw new IllegalArgumentException("limits: empty (expected: one or more)");
    }
    Set<String> names = new HashSet<>();
    for (LimitConfig limit : limits) {
      if (!names.add(limit.name())) {
        throw new IllegalArgumentException("limits: two are named \"" + limit.name() + "\"");
      }
    }
    if (maxBuckets != null && (maxBuckets < MIN_BUCKETS || maxBuckets > MAX_BUCKETS)) {
      throw new IllegalArgumentException(
          "maxBuckets: " + maxBuckets + " (expected: " + MIN_BUCKETS + ".." + MAX_BUCKETS + ")");
    }
  }

  boolean effectiveDryRun() {
    return dryRun != null && dryRun;
  }

  int effectiveMaxBuckets() {
    return maxBuckets == null ? DEFAULT_BUCKETS : maxBuckets;
  }
}
