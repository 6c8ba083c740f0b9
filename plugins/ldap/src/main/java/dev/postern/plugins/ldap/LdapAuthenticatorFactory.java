package dev.postern.plugins.ldap;

import dev.postern.api.PluginContext;
import dev.postern.api.auth.Authenticator;
import dev.postern.api.auth.AuthenticatorFactory;

/** The authenticator {@code ldap}. */
public final class LdapAuthenticatorFactory implements AuthenticatorFactory<LdapConfig> {
  @Override
  public String name() {
    return "ldap";
  }

  @Override
  public Class<LdapConfig> configType() {
    return LdapConfig.class;
  }

  @Override
  public Authenticator create(LdapConfig config, PluginContext context) {
    return new LdapAuthenticator(config, context);
  }
}
