package dev.postern.api.auth;

import dev.postern.api.Plugin;
import dev.postern.api.session.ClientInfo;
import dev.postern.api.session.StartupParameters;
import java.util.Set;

/** Decides who gets in. One instance serves all logins, each on a virtual thread of its own. */
public interface Authenticator extends Plugin {
  /**
   * Whether a login is for this authenticator, where several stand in a row and the first that
   * claims it decides. Not asked where it stands alone, where all have to agree, or where another
   * one {@link AuthenticationExchange#delegate delegates} to it. Must not block.
   */
  default boolean claims(ClientInfo client, StartupParameters startup) {
    return true;
  }

  /**
   * The names of the authenticators in the configuration to which this one may {@link
   * AuthenticationExchange#delegate delegate}. Asked once, before it serves; it is not put in
   * service where one of them is not there, or may delegate back.
   */
  default Set<String> delegates() {
    return Set.of();
  }

  /**
   * Proves who the client is. May block until the login's deadline.
   *
   * @param exchange the conversation with the client; valid during this call only
   * @return who it is. Where all authenticators have to agree, their answers are put together: the
   *     names must be equal; of attributes, keys, role and password the first that gives one
   *     counts, and of limits the smallest
   * @throws AuthenticationException if the client did not prove it, or may not log in
   */
  AuthenticatedUser authenticate(AuthenticationExchange exchange) throws AuthenticationException;
}
