package dev.postern.proxy.config;

import dev.postern.api.Glob;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * For which sessions an interceptor is: those that match every list that is written here. Names are
 * compared as they are, or with {@code *} for any characters.
 *
 * @param users the names that clients proved; {@code null}: all
 * @param databases that clients ask for; {@code null}: all
 * @param routes on which sessions are; {@code null}: all
 */
public record ScopeConfig(
    @Nullable List<String> users, @Nullable List<String> databases, @Nullable List<String> routes) {
  public ScopeConfig {
    users = copy(users);
    databases = copy(databases);
    routes = copy(routes);
    new Rules()
        .require(
            users != null || databases != null || routes != null,
            "empty (expected: users, databases or routes, or no \"only\")")
        .require(users == null || !users.isEmpty(), "users: empty (expected: one or more)")
        .require(
            databases == null || !databases.isEmpty(), "databases: empty (expected: one or more)")
        .require(routes == null || !routes.isEmpty(), "routes: empty (expected: one or more)")
        .enforce();
  }

  private static @Nullable List<String> copy(@Nullable List<String> names) {
    return names == null ? null : List.copyOf(names);
  }

  /**
   * Whether a session is one of them.
   *
   * @param route {@code null}: it could be any
   */
  public boolean includes(String user, String database, @Nullable String route) {
    return includes(users, user)
        && includes(databases, database)
        && (route == null || includes(routes, route));
  }

  private static boolean includes(@Nullable List<String> patterns, String name) {
    return patterns == null
        || patterns.stream().anyMatch(pattern -> new Glob(pattern).matches(name));
  }
}
