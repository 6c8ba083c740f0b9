package dev.postern.proxy.backend;

import dev.postern.api.Secret;
import dev.postern.api.auth.AuthenticatedUser;
import dev.postern.api.auth.ScramKeys;
import dev.postern.api.routing.BackendLogin;
import org.jspecify.annotations.Nullable;

/**
 * As whom to log in to a server, and what may prove it. Holds the secrets of others and closes
 * none.
 *
 * @param role the user of the StartupMessage
 * @param clientKey the key that the client's own proof gave, or {@code null} where there is none or
 *     the route does not let it be used
 * @param password never empty, or {@code null}
 * @param cleartextWithoutTls whether the password may go over an unencrypted connection as it is
 */
public record Credentials(
    String role,
    @Nullable ScramKeys clientKey,
    @Nullable Secret password,
    boolean cleartextWithoutTls) {

  /**
   * Whether {@link #of} needs to know the user's mapping: the route lets it be used and does not
   * give a password itself.
   */
  public static boolean wantMapping(BackendLogin login) {
    return login.userMapping() && login.password() == null;
  }

  /**
   * What a route, a user and its mapping come to. The role is the route's, else the one that the
   * authenticator gave, else the mapping's, else the client's own name; the password is the
   * route's, else the authenticator's or the mapping's if that is for this role.
   *
   * @param mappedRole the role of the user's mapping in the store, or {@code null} without one;
   *     disregarded unless {@link #wantMapping}
   * @param mappedPassword that role's password, or {@code null} where none is stored
   */
  public static Credentials of(
      BackendLogin login,
      AuthenticatedUser user,
      @Nullable String mappedRole,
      @Nullable Secret mappedPassword) {
    String mapped = wantMapping(login) ? mappedRole : null;
    String own = user.role() != null ? user.role() : user.name();
    String role = role(login, user, mapped);
    Secret password = login.password();
    if (password == null && role.equals(own)) {
      password = user.password();
    }
    if (password == null && role.equals(mapped)) {
      password = mappedPassword;
    }
    if (password != null && password.isEmpty()) {
      password = null;
    }
    return new Credentials(
        role, login.clientKey() ? user.scramKeys() : null, password, login.cleartextWithoutTls());
  }

  private static String role(BackendLogin login, AuthenticatedUser user, @Nullable String mapped) {
    if (login.user() != null) {
      return login.user();
    } else if (user.role() != null) {
      return user.role();
    }
    return mapped != null ? mapped : user.name();
  }
}
