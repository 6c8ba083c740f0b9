package dev.postern.api.auth.settings;

import dev.postern.api.Glob;
import dev.postern.api.auth.Authenticator;
import dev.postern.api.session.StartupParameters;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which logins are for an authenticator, where several stand in a row; its {@link
 * Authenticator#claims} asks it. All that is written has to hold. Patterns are as {@link Glob} has
 * them. Safe for use by many threads.
 *
 * @param users patterns of names; {@code null}: all
 * @param exceptUsers patterns of names; {@code null}: none
 * @param databases patterns of names; {@code null}: all
 */
public record ChainSettings(
    @Nullable List<String> users,
    @Nullable List<String> exceptUsers,
    @Nullable List<String> databases) {
  public ChainSettings {
    users = users == null ? null : List.copyOf(users);
    exceptUsers = exceptUsers == null ? null : List.copyOf(exceptUsers);
    databases = databases == null ? null : List.copyOf(databases);
  }

  /** Whether a login is for the authenticator. */
  public boolean isFor(StartupParameters startup) {
    return (users == null || any(users, startup.user()))
        && (exceptUsers == null || !any(exceptUsers, startup.user()))
        && (databases == null || any(databases, startup.database()));
  }

  /** Whether a text matches one of these patterns. */
  public static boolean any(List<String> patterns, String text) {
    return patterns.stream().anyMatch(pattern -> new Glob(pattern).matches(text));
  }
}
