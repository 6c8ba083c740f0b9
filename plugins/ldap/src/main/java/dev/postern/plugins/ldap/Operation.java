package dev.postern.plugins.ldap;

import com.unboundid.ldap.sdk.LDAPException;
import dev.postern.api.auth.AuthenticationException;

/** What is said over a connection. */
@FunctionalInterface
interface Operation<T> {
  /**
   * Says it, and waits for the answers.
   *
   * @throws AuthenticationException if the login is decided: it is refused
   * @throws LDAPException if the server failed, so that another one is to be asked
   */
  T over(Link link) throws LDAPException, AuthenticationException;
}
