package dev.postern.plugins.ldap;

import com.unboundid.ldap.sdk.LDAPException;

/** The server does not take the account. Asking it again at once may lock the account. */
final class AccountRefusedException extends LDAPException {
  private static final long serialVersionUID = 1L;

  AccountRefusedException(String dn, LDAPException cause) {
    super(
        cause.getResultCode(),
        "the account \"" + dn + "\" is refused: " + Reasons.of(cause),
        cause);
  }

  private AccountRefusedException(AccountRefusedException first) {
    super(first.getResultCode(), first.getMessage(), first);
  }

  /** For a login that is not to try it any more. */
  AccountRefusedException again() {
    return new AccountRefusedException(this);
  }
}
