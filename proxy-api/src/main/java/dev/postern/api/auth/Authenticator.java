package dev.postern.api.auth;

import dev.postern.api.Plugin;

/** Decides who gets in. One instance serves all logins, each on a virtual thread of its own. */
public interface Authenticator extends Plugin {
  /**
   * Proves who the client is. May block until the login's deadline.
   *
   * @param exchange the conversation with the client; valid during this call only
   * @return who it is
   * @throws AuthenticationException if the client did not prove it, or may not log in
   */
  AuthenticatedUser authenticate(AuthenticationExchange exchange) throws AuthenticationException;
}
