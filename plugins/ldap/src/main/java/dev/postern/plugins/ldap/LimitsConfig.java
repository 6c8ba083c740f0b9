package dev.postern.plugins.ldap;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How much is asked of the directory at once, and which connections are kept.
 *
 * @param concurrentLogins how many logins may be at the directory at once; others wait for their
 *     turn; {@code null}: 20
 * @param idleConnections how many connections of a kind (lookups, binds) are kept to a server while
 *     nobody needs them; {@code null}: 4
 * @param idleTimeout for how long; {@code null}: one minute
 * @param lifetime a connection that is older is not used again; {@code null}: 30 minutes
 */
public record LimitsConfig(
    @Nullable Integer concurrentLogins,
    @Nullable Integer idleConnections,
    @Nullable Duration idleTimeout,
    @Nullable Duration lifetime) {
  public LimitsConfig {
    inRange("concurrentLogins", concurrentLogins, 1, 10_000);
    inRange("idleConnections", idleConnections, 0, 1000);
    positive("idleTimeout", idleTimeout);
    positive("lifetime", lifetime);
  }

  private static void inRange(String name, @Nullable Integer value, int least, int most) {
    if (value != null && (value < least || value > most)) {
      throw new IllegalArgumentException(
          "%s: %d (expected: %d..%d)".formatted(name, value, least, most));
    }
  }

  private static void positive(String name, @Nullable Duration value) {
    if (value != null && !value.isPositive()) {
      throw new IllegalArgumentException(name + ": not positive (expected: more than 0s)");
    }
  }

  int effectiveConcurrentLogins() {
    return concurrentLogins == null ? 20 : concurrentLogins;
  }

  int effectiveIdleConnections() {
    return idleConnections == null ? 4 : idleConnections;
  }

  Duration effectiveIdleTimeout() {
    return idleTimeout == null ? Duration.ofMinutes(1) : idleTimeout;
  }

  Duration effectiveLifetime() {
    return lifetime == null ? Duration.ofMinutes(30) : lifetime;
  }
}
