package dev.postern.plugins.mask;

import dev.postern.api.Secret;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How the plugin asks a server what its tables are. It connects to the server and the database of
 * the session, with the TLS of the session's route.
 *
 * @param user a role that may log in there; it needs no other right
 * @param password {@code null}: the server wants none
 * @param refresh how often the answers are renewed, 1 s or more; {@code null}: 10 s
 * @param maxAge how old they may get, while the server does not answer, before sessions under a
 *     policy are refused; {@code null}: 60 s
 * @param timeout for connecting and for each question, 1 s or more; {@code null}: 10 s
 */
public record CatalogConfig(
    String user,
    @Nullable Secret password,
    @Nullable Duration refresh,
    @Nullable Duration maxAge,
    @Nullable Duration timeout) {
  public CatalogConfig {
    if (user.isEmpty()) {
      throw new IllegalArgumentException("user: empty");
    }
    atLeastOneSecond("refresh", refresh);
    atLeastOneSecond("max-age", maxAge);
    atLeastOneSecond("timeout", timeout);
    Duration every = refresh == null ? Duration.ofSeconds(10) : refresh;
    Duration most = maxAge == null ? Duration.ofSeconds(60) : maxAge;
    if (most.compareTo(every) <= 0) {
      throw new IllegalArgumentException("max-age: not longer than refresh");
    }
  }

  private static void atLeastOneSecond(String name, @Nullable Duration duration) {
    if (duration != null && duration.compareTo(Duration.ofSeconds(1)) < 0) {
      throw new IllegalArgumentException(name + ": too short (expected: 1s or more)");
    }
  }

  Duration effectiveRefresh() {
    return refresh == null ? Duration.ofSeconds(10) : refresh;
  }

  Duration effectiveMaxAge() {
    return maxAge == null ? Duration.ofSeconds(60) : maxAge;
  }

  Duration effectiveTimeout() {
    return timeout == null ? Duration.ofSeconds(10) : timeout;
  }
}
