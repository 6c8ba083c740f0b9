package dev.postern.plugins.ldap;

import org.jspecify.annotations.Nullable;

/**
 * How Postern logs in to servers for these users, where the route does not say.
 *
 * @param clientPassword whether with the password that the client gave; {@code null}: no
 * @param roleAttribute the attribute of the user's entry that names its role; who has none, or
 *     several, is refused; {@code null}: the session's name
 */
public record BackendConfig(@Nullable Boolean clientPassword, @Nullable String roleAttribute) {
  public BackendConfig {
    Checks.attributeNames("roleAttribute", roleAttribute);
  }

  boolean effectiveClientPassword() {
    return clientPassword != null && clientPassword;
  }
}
