package dev.postern.plugins.staticroutes;

import dev.postern.api.routing.settings.PoolSettings;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The {@code config} section of the plugin.
 *
 * @param retryAfter how long a backend that did not answer is passed over at first; {@code null}: 5
 *     seconds
 * @param retryAfterLimit what that time grows to while the backend stays away; {@code null}: one
 *     minute, or {@code retryAfter} if that is longer
 * @param pool how connections to servers are shared where a route does not say otherwise; {@code
 *     null}: session pooling without a limit
 * @param routes looked through from the top; the first that matches is taken
 */
public record StaticRoutesConfig(
    @Nullable Duration retryAfter,
    @Nullable Duration retryAfterLimit,
    @Nullable PoolSettings pool,
    List<RouteConfig> routes) {
  private static final Duration RETRY_AFTER = Duration.ofSeconds(5);
  private static final Duration RETRY_AFTER_LIMIT = Duration.ofMinutes(1);

  public StaticRoutesConfig {
    routes = List.copyOf(routes);
    if (routes.isEmpty()) {
      throw new IllegalArgumentException("routes: none (expected: one or more)");
    }
    if (retryAfter != null && !retryAfter.isPositive()) {
      throw new IllegalArgumentException("retry-after: not positive (expected: more than 0s)");
    }
    Duration first = retryAfter == null ? RETRY_AFTER : retryAfter;
    if (retryAfterLimit != null && retryAfterLimit.compareTo(first) < 0) {
      throw new IllegalArgumentException(
          "retry-after-limit: too short (expected: retry-after or longer)");
    }
    mustFit("pool", null, pool);
    Set<String> names = new HashSet<>();
    for (int i = 0; i < routes.size(); i++) {
      RouteConfig route = routes.get(i);
      if (!names.add(route.name())) {
        throw new IllegalArgumentException(
            "routes[%d].name: \"%s\" is another route's (expected: a name of its own)"
                .formatted(i, route.name()));
      }
      if (route.pool() != null) {
        mustFit("routes[" + i + "].pool", route.pool(), pool);
      }
      if (route.match() == null && i < routes.size() - 1) {
        throw new IllegalArgumentException(
            "routes[%d]: matches everything, so the routes after it are never used (expected: a match section, or the last place)"
                .formatted(i));
      }
    }
  }

  private static void mustFit(
      String path, @Nullable PoolSettings route, @Nullable PoolSettings plugin) {
    try {
      PoolSettings.pooling(route, plugin);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(path + "." + e.getMessage(), e);
    }
  }

  Duration effectiveRetryAfter() {
    return retryAfter == null ? RETRY_AFTER : retryAfter;
  }

  Duration effectiveRetryAfterLimit() {
    Duration first = effectiveRetryAfter();
    if (retryAfterLimit != null) {
      return retryAfterLimit;
    }
    return first.compareTo(RETRY_AFTER_LIMIT) > 0 ? first : RETRY_AFTER_LIMIT;
  }
}
