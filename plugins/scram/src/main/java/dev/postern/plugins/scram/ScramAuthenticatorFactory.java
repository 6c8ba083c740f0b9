package dev.postern.plugins.scram;

import dev.postern.api.PluginContext;
import dev.postern.api.auth.Authenticator;
import dev.postern.api.auth.AuthenticatorFactory;

/** The authenticator {@code scram}. */
public final class ScramAuthenticatorFactory implements AuthenticatorFactory<ScramConfig> {
  @Override
  public String name() {
    return "scram";
  }

  @Override
  public Class<ScramConfig> configType() {
    return ScramConfig.class;
  }

  @Override
  public Authenticator create(ScramConfig config, PluginContext context) {
    return new ScramAuthenticator(context.users(), context.clock());
  }
}
