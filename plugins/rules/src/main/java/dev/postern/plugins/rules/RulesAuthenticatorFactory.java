package dev.postern.plugins.rules;

import dev.postern.api.PluginContext;
import dev.postern.api.SettingsException;
import dev.postern.api.auth.Authenticator;
import dev.postern.api.auth.AuthenticatorFactory;
import java.util.Map;
import java.util.Set;

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
  public Authenticator create(RulesConfig config, PluginContext context) throws SettingsException {
    for (Map.Entry<String, String> method : config.effectiveMethods().entrySet()) {
      if (method.getValue().equals(context.instanceName())) {
        throw new SettingsException(
            "methods: %s: %s is this authenticator itself"
                .formatted(method.getKey(), method.getValue()));
      }
    }
    HostNames names =
        context.closing(new HostNames(HostNames::ofSystem, config.effectiveLookupTimeout()));
    try {
      return new RulesAuthenticator(
          new RulesInService(config, context),
          names,
          context.instanceName(),
          Set.copyOf(config.effectiveMethods().values()));
    } catch (BrokenFileException e) {
      throw new SettingsException(String.valueOf(e.getMessage()), e);
    }
  }
}
