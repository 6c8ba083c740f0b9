package dev.postern.plugins.ldap;

import dev.postern.api.Glob;
import dev.postern.api.session.StartupParameters;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which logins are for this authenticator, where several stand in a row. All that is said has to
 * hold.
 *
 * @param users patterns of names; {@code null}: all
 * @param exceptUsers patterns of names; {@code null}: none
 * @param databases patterns of names; {@code null}: all
 */
public record ChainConfig(
    @Nullable List<String> users,
    @Nullable List<String> exceptUsers,
    @Nullable List<String> databases) {
  public ChainConfig {
    users = users == null ? null : List.copyOf(users);
    exceptUsers = exceptUsers == null ? null : List.copyOf(exceptUsers);
    databases = databases == null ? null : List.copyOf(databases);
  }

  boolean isFor(StartupParameters startup) {
    return (users == null || any(users, startup.user()))
        && (exceptUsers == null || !any(exceptUsers, startup.user()))
        && (databases == null || any(databases, startup.database()));
  }

  static boolean any(List<String> patterns, String text) {
    return patterns.stream().anyMatch(pattern -> new Glob(pattern).matches(text));
  }
}
