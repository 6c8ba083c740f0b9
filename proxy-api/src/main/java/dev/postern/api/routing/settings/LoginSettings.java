package dev.postern.api.routing.settings;

import dev.postern.api.Secret;
import dev.postern.api.routing.BackendLogin;
import org.jspecify.annotations.Nullable;

/**
 * How to log in to the servers of a route. Where neither {@code user} nor {@code password} is
 * written, every client logs in as itself, with its own key or its mapping in the user store; where
 * one is, keys and mappings are used only if they are asked for.
 *
 * @param user the role; {@code null}: the client's name
 * @param clientKey whether the key recovered from the client's SCRAM proof may be used, for servers
 *     that hold the same verifier
 * @param password the role's password, or {@code null}
 * @param userMapping whether a mapping in the user store may give role and password
 * @param cleartextWithoutTls whether a server may be given the password in clear over an
 *     unencrypted connection; {@code null}: no
 */
public record LoginSettings(
    @Nullable String user,
    @Nullable Boolean clientKey,
    @Nullable Secret password,
    @Nullable Boolean userMapping,
    @Nullable Boolean cleartextWithoutTls) {
  public LoginSettings {
    if (user != null && user.isEmpty()) {
      throw new IllegalArgumentException("user: empty");
    }
    if (password != null && password.isEmpty()) {
      throw new IllegalArgumentException("password: empty");
    }
  }

  /** The same as routes have it, with the defaults where nothing is written. */
  public BackendLogin toBackendLogin() {
    boolean asClient = user == null && password == null;
    return new BackendLogin(
        user,
        clientKey == null ? asClient : clientKey,
        password,
        userMapping == null ? asClient : userMapping,
        cleartextWithoutTls != null && cleartextWithoutTls);
  }
}
