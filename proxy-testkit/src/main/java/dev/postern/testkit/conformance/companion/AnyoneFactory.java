package dev.postern.testkit.conformance.companion;

import dev.postern.api.PluginContext;
import dev.postern.api.auth.AuthenticatedUser;
import dev.postern.api.auth.Authenticator;
import dev.postern.api.auth.AuthenticatorFactory;

/** Lets everyone in under the name that it gives. For tests only. */
public final class AnyoneFactory implements AuthenticatorFactory<AnyoneFactory.Config> {
  /** Nothing to say. */
  public record Config() {}

  @Override
  public String name() {
    return "conformance-anyone";
  }

  @Override
  public Class<Config> configType() {
    return Config.class;
  }

  @Override
  public Authenticator create(Config config, PluginContext context) {
    return exchange -> AuthenticatedUser.named(exchange.startup().user());
  }
}
