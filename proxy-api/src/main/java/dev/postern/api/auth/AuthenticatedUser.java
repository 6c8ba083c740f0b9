package dev.postern.api.auth;

import dev.postern.api.Secret;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A user who has proved who it is. Made by {@link #named}, and completed by the methods that give a
 * changed copy: components may be added in later versions.
 *
 * @param name the name it proved
 * @param attributes what the authenticator knows besides (groups, claims), for routers and
 *     interceptors
 * @param maxSessions how many sessions it may hold at once; 0: no limit
 * @param scramKeys what the backend login may use instead of a password, or {@code null}
 * @param role the role to log in to the server as, unless the route names one; {@code null}: the
 *     user's mapping in the store, if the route lets it be used, else the name
 * @param password that role's password for the server, unless the route gives one, or {@code null}.
 *     Closed by Postern when the login is over
 * @param expiry until when the login is good: Postern ends the session then; {@code null}: as long
 *     as the session goes on
 */
public record AuthenticatedUser(
    String name,
    Map<String, String> attributes,
    int maxSessions,
    @Nullable ScramKeys scramKeys,
    @Nullable String role,
    @Nullable Secret password,
    @Nullable Instant expiry) {
  public AuthenticatedUser {
    attributes = Map.copyOf(attributes);
    if (name.isEmpty()) {
      throw new IllegalArgumentException("the user's name is empty");
    }
    if (maxSessions < 0) {
      throw new IllegalArgumentException("maxSessions: " + maxSessions + " (expected: 0 or more)");
    }
    if (role != null && role.isEmpty()) {
      throw new IllegalArgumentException("the role's name is empty");
    }
  }

  /** One whose login does not expire. */
  public AuthenticatedUser(
      String name,
      Map<String, String> attributes,
      int maxSessions,
      @Nullable ScramKeys scramKeys,
      @Nullable String role,
      @Nullable Secret password) {
    this(name, attributes, maxSessions, scramKeys, role, password, null);
  }

  /** A user with a name and nothing else. */
  public static AuthenticatedUser named(String name) {
    return new AuthenticatedUser(name, Map.of(), 0, null, null, null);
  }

  /** The same with these attributes instead of its own. */
  public AuthenticatedUser withAttributes(Map<String, String> newAttributes) {
    return new AuthenticatedUser(
        name, newAttributes, maxSessions, scramKeys, role, password, expiry);
  }

  /**
   * The same with another limit.
   *
   * @param sessions 0: no limit
   */
  public AuthenticatedUser withMaxSessions(int sessions) {
    return new AuthenticatedUser(name, attributes, sessions, scramKeys, role, password, expiry);
  }

  /** The same with the keys that its proof gave. */
  public AuthenticatedUser withScramKeys(@Nullable ScramKeys keys) {
    return new AuthenticatedUser(name, attributes, maxSessions, keys, role, password, expiry);
  }

  /** The same with a role at the server, and what proves it there. */
  public AuthenticatedUser withRole(@Nullable String newRole, @Nullable Secret newPassword) {
    return new AuthenticatedUser(
        name, attributes, maxSessions, scramKeys, newRole, newPassword, expiry);
  }

  /**
   * The same with another end of its login. At that instant, as the system's clock has it, the
   * session ends with {@code 57P01} if it is in no transaction, else with its transaction, or when
   * {@code timeouts.expired} has passed. Where several authenticators decide about a login, by
   * {@link AuthenticationExchange#delegate} or because each has to let it in, the earliest counts.
   *
   * @param newExpiry {@code null}: its login does not expire. One that is over already refuses the
   *     login
   */
  public AuthenticatedUser withExpiry(@Nullable Instant newExpiry) {
    return new AuthenticatedUser(
        name, attributes, maxSessions, scramKeys, role, password, newExpiry);
  }
}
