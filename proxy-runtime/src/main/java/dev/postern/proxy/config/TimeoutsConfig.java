package dev.postern.proxy.config;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How long things may take.
 *
 * @param login from the connection to the relay, backend login included
 * @param connect the TCP connection to one backend
 * @param idle a session in which nothing passes; 0: for ever
 * @param drain how long sessions may go on after a stop was asked for; 0: not at all
 * @param interceptor a verdict that an interceptor decides later
 * @param departed what the client of a session had asked before it went; 0: as long as it takes
 * @param expired the transaction of a session whose login has expired; 0: the session ends at once
 */
public record TimeoutsConfig(
    @Nullable Duration login,
    @Nullable Duration connect,
    @Nullable Duration idle,
    @Nullable Duration drain,
    @Nullable Duration interceptor,
    @Nullable Duration departed,
    @Nullable Duration expired) {

  /** Nothing set. */
  public static final TimeoutsConfig UNSET =
      new TimeoutsConfig(null, null, null, null, null, null, null);

  private static final Duration DAY = Duration.ofDays(1);

  public TimeoutsConfig {
    new Rules()
        .range("login", login, Duration.ofSeconds(1), Duration.ofMinutes(10))
        .range("connect", connect, Duration.ofMillis(10), Duration.ofMinutes(10))
        .range("idle", idle, Duration.ZERO, Duration.ofDays(365))
        .require(
            idle == null || idle.isZero() || idle.compareTo(Duration.ofSeconds(1)) >= 0,
            "idle: less than 1s (expected: 0s for none, or 1s or more)")
        .range("drain", drain, Duration.ZERO, DAY)
        .range("interceptor", interceptor, Duration.ofMillis(10), DAY)
        .range("departed", departed, Duration.ZERO, DAY)
        .range("expired", expired, Duration.ZERO, DAY)
        .enforce();
  }

  public Duration effectiveLogin() {
    return login == null ? Duration.ofSeconds(60) : login;
  }

  public Duration effectiveConnect() {
    return connect == null ? Duration.ofSeconds(5) : connect;
  }

  /** {@link Duration#ZERO}: none. */
  public Duration effectiveIdle() {
    return idle == null ? Duration.ZERO : idle;
  }

  public Duration effectiveDrain() {
    return drain == null ? Duration.ofSeconds(30) : drain;
  }

  public Duration effectiveInterceptor() {
    return interceptor == null ? Duration.ofSeconds(20) : interceptor;
  }

  /** {@link Duration#ZERO}: no limit. */
  public Duration effectiveDeparted() {
    return departed == null ? Duration.ofSeconds(15) : departed;
  }

  public Duration effectiveExpired() {
    return expired == null ? Duration.ofSeconds(30) : expired;
  }
}
