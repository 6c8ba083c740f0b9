package dev.postern.plugins.ldap;

import dev.postern.api.Secret;

/**
 * In whose name users and groups are looked up.
 *
 * @param dn its name in the directory
 * @param password its password
 */
public record AccountConfig(String dn, Secret password) {
  public AccountConfig {
    Checks.dn("dn", dn);
    // A bind with a name and no password proves nothing and succeeds (RFC 4513, section 5.1.2).
    if (password.isEmpty()) {
      throw new IllegalArgumentException("password: empty");
    }
  }
}
