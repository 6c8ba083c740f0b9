package dev.postern.plugins.ldap;

import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.PasswordProvider;
import com.unboundid.ldap.sdk.ResultCode;
import dev.postern.api.Secret;

/**
 * Gives the library a password when it writes the request, and the library wipes what it was given.
 * A connection keeps its last request, and with this it keeps no password.
 */
final class WipedPassword extends PasswordProvider {
  private static final long serialVersionUID = 1L;

  private final transient Secret password;

  WipedPassword(Secret password) {
    this.password = password;
  }

  @Override
  public byte[] getPasswordBytes() throws LDAPException {
    if (password.isEmpty()) {
      throw new LDAPException(ResultCode.PARAM_ERROR, "the password is empty");
    }
    return password.toByteArray();
  }
}
