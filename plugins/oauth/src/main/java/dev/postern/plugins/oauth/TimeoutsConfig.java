package dev.postern.plugins.oauth;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How long the issuer may take.
 *
 * @param connect for a connection; {@code null}: 3 seconds
 * @param request for one whole answer, connection included; {@code null}: 5 seconds
 * @param login how long one login waits, from the client's token to the decision; {@code null}: 15
 *     seconds
 */
public record TimeoutsConfig(
    @Nullable Duration connect, @Nullable Duration request, @Nullable Duration login) {
  private static final Duration LONGEST = Duration.ofMinutes(10);

  public TimeoutsConfig {
    check("connect", connect);
    check("request", request);
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

  Duration effectiveRequest() {
    return request == null ? Duration.ofSeconds(5) : request;
  }

  Duration effectiveLogin() {
    return login == null ? Duration.ofSeconds(15) : login;
  }
}
