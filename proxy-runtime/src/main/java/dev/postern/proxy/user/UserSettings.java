package dev.postern.proxy.user;

import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What an administrator may set of a user besides the password.
 *
 * @param validFrom logins are refused before this moment; {@code null}: no such limit
 * @param validUntil logins are refused from this moment on; {@code null}: no such limit
 * @param databases the databases that the user may ask for; empty: all
 * @param maxSessions how many sessions the user may hold at once; 0: no limit
 */
public record UserSettings(
    @Nullable Instant validFrom,
    @Nullable Instant validUntil,
    Set<String> databases,
    int maxSessions) {
  /** No limit of any kind. */
  public static final UserSettings UNLIMITED = new UserSettings(null, null, Set.of(), 0);

  public UserSettings {
    Periods.check(validFrom, validUntil);
    databases = Set.copyOf(databases);
    databases.forEach(database -> Names.check("database", database));
    if (maxSessions < 0) {
      throw StoreException.invalid(
          "maximum of sessions: " + maxSessions + " (expected: 0 or more)");
    }
  }
}
