package dev.postern.plugins.rules;

import dev.postern.api.PluginContext;
import dev.postern.api.auth.Authenticator;
import dev.postern.api.auth.AuthenticatorFactory;

/** The authenticator {@code rules}. */
public final class RulesAuthenticatorFactory implements AuthenticatorFactory<RulesConfig> {
  @Override
  public String name() {
    return "rules";
  }

  @Override
  public Class<RulesConfig> configType() {
    return RulesConfig.class;
  }

  @Override
  public Authenticator create(RulesConfig config, PluginContext context)
      throws BrokenFileException {
    config
        .effectiveMethods()
        .forEach(
            (method, authenticator) -> {
              if (authenticator.equals(context.instanceName())) {
                throw new IllegalArgumentException(
                    "methods: " + method + ": " + authenticator + " is this authenticator itself");
              }
            });
    HostNames names =
        context.closing(new HostNames(HostNames::ofSystem, config.effectiveLookupTimeout()));
    return new RulesAuthenticator(
        new RulesInService(config, context), names, context.instanceName());
  }
}
