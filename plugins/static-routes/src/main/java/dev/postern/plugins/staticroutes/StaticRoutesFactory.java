package dev.postern.plugins.staticroutes;

import dev.postern.api.PluginContext;
import dev.postern.api.routing.Router;
import dev.postern.api.routing.RouterFactory;
import java.util.concurrent.ThreadLocalRandom;

/** The router {@code static-routes}. */
public final class StaticRoutesFactory implements RouterFactory<StaticRoutesConfig> {
  @Override
  public String name() {
    return "static-routes";
  }

  @Override
  public Class<StaticRoutesConfig> configType() {
    return StaticRoutesConfig.class;
  }

  @Override
  public Router create(StaticRoutesConfig config, PluginContext context) {
    return new StaticRouter(
        config,
        context.instanceName(),
        System::nanoTime,
        () -> ThreadLocalRandom.current().nextDouble());
  }
}
