package dev.postern.api.user;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A user of Postern's store.
 *
 * @param name exact, case-sensitive
 * @param enabled whether the user may log in at all
 * @param validFrom logins are refused before this moment; {@code null}: no such limit
 * @param validUntil logins are refused from this moment on; {@code null}: no such limit
 * @param verifiers what the user may prove a password against, newest first; all with one salt and
 *     iteration count
 * @param databases the databases that the user may ask for; empty: all
 * @param maxSessions how many sessions the user may hold at once; 0: no limit
 */
public record StoredUser(
    String name,
    boolean enabled,
    @Nullable Instant validFrom,
    @Nullable Instant validUntil,
    List<StoredVerifier> verifiers,
    Set<String> databases,
    int maxSessions) {
  public StoredUser {
    verifiers = List.copyOf(verifiers);
    databases = Set.copyOf(databases);
    if (maxSessions < 0) {
      throw new IllegalArgumentException("maxSessions: " + maxSessions + " (expected: 0 or more)");
    }
  }

  /** Whether the user is enabled and {@code now} lies within its validity. */
  public boolean mayLogIn(Instant now) {
    return enabled && Validity.covers(validFrom, validUntil, now);
  }

  public boolean mayUse(String database) {
    return databases.isEmpty() || databases.contains(database);
  }
}
