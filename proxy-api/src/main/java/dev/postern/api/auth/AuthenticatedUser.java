package dev.postern.api.auth;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A user who has proved who it is.
 *
 * @param name the name it proved
 * @param attributes what the authenticator knows besides (groups, claims), for routers and
 *     interceptors
 * @param maxSessions how many sessions it may hold at once; 0: no limit
 * @param scramKeys what the backend login may use instead of a password, or {@code null}
 */
public record AuthenticatedUser(
    String name, Map<String, String> attributes, int maxSessions, @Nullable ScramKeys scramKeys) {
  public AuthenticatedUser {
    attributes = Map.copyOf(attributes);
    if (name.isEmpty()) {
      throw new IllegalArgumentException("the user's name is empty");
    }
    if (maxSessions < 0) {
      throw new IllegalArgumentException("maxSessions: " + maxSessions + " (expected: 0 or more)");
    }
  }

  /** A user with a name and nothing else. */
  public static AuthenticatedUser named(String name) {
    return new AuthenticatedUser(name, Map.of(), 0, null);
  }
}
