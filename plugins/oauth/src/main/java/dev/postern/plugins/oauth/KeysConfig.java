package dev.postern.plugins.oauth;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The issuer's keys.
 *
 * @param refresh how often they are read again; {@code null}: 15 minutes
 * @param unknownKey a token with an unknown key makes Postern read them at once, but not again
 *     within this time; {@code null}: 10 seconds
 * @param keep how long they count while the issuer does not answer; {@code null}: 24 hours
 */
public record KeysConfig(
    @Nullable Duration refresh, @Nullable Duration unknownKey, @Nullable Duration keep) {
  public KeysConfig {
    check("refresh", refresh, Duration.ofSeconds(1), Duration.ofDays(7));
    check("unknownKey", unknownKey, Duration.ofSeconds(1), Duration.ofHours(1));
    check("keep", keep, Duration.ofMinutes(1), Duration.ofDays(30));
    Duration refreshed = refresh == null ? Duration.ofMinutes(15) : refresh;
    Duration kept = keep == null ? Duration.ofDays(1) : keep;
    if (kept.compareTo(refreshed) < 0) {
      throw new IllegalArgumentException("keep: shorter than refresh (expected: longer)");
    }
  }

  private static void check(String name, @Nullable Duration value, Duration least, Duration most) {
    if (value != null && (value.compareTo(least) < 0 || value.compareTo(most) > 0)) {
      throw new IllegalArgumentException(
          "%s: out of range (expected: %ds..%ds)"
              .formatted(name, least.toSeconds(), most.toSeconds()));
    }
  }

  Duration effectiveRefresh() {
    return refresh == null ? Duration.ofMinutes(15) : refresh;
  }

  Duration effectiveUnknownKey() {
    return unknownKey == null ? Duration.ofSeconds(10) : unknownKey;
  }

  Duration effectiveKeep() {
    return keep == null ? Duration.ofDays(1) : keep;
  }
}
