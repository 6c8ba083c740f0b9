package dev.postern.plugins.ldap;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How long the directory may take.
 *
 * @param connect for a connection, TLS included; {@code null}: 3 seconds
 * @param operation for one answer; {@code null}: 5 seconds
 * @param login for everything, from the client's password to the decision, over all servers; {@code
 *     null}: 15 seconds
 */
public record TimeoutsConfig(
    @Nullable Duration connect, @Nullable Duration operation, @Nullable Duration login) {
  private static final Duration LONGEST = Duration.ofMinutes(10);

  public TimeoutsConfig {
    check("connect", connect);
    check("operation", operation);
    check("login", login);
  }

  private static void check(String name, @Nullable Duration value) {
    if (value != null && (value.toMillis() < 1 || value.compareTo(LONGEST) > 0)) {
      throw new IllegalArgumentException(name + ": out of range (expected: 1ms..10m)");
    }
  }

  Duration effectiveConnect() {
    return connect == null ? Duration.ofSeconds(3) : connect;
  }

  Duration effectiveOperation() {
    return operation == null ? Duration.ofSeconds(5) : operation;
  }

  Duration effectiveLogin() {
    return login == null ? Duration.ofSeconds(15) : login;
  }
}
