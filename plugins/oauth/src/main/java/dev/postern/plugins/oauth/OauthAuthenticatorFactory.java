package dev.postern.plugins.oauth;

import dev.postern.api.PluginContext;
import dev.postern.api.SettingsException;
import dev.postern.api.auth.Authenticator;
import dev.postern.api.auth.AuthenticatorFactory;

/** The authenticator {@code oauth}. */
public final class OauthAuthenticatorFactory implements AuthenticatorFactory<OauthConfig> {
  @Override
  public String name() {
    return "oauth";
  }

  @Override
  public Class<OauthConfig> configType() {
    return OauthConfig.class;
  }

  @Override
  public Authenticator create(OauthConfig config, PluginContext context) throws SettingsException {
    return new OauthAuthenticator(config, context);
  }
}
