package dev.postern.plugins.tenant;

import dev.postern.api.PluginContext;
import dev.postern.api.SettingsException;
import dev.postern.api.routing.Router;
import dev.postern.api.routing.RouterFactory;

/** The router {@code tenant}. */
public final class TenantRouterFactory implements RouterFactory<TenantConfig> {
  @Override
  public String name() {
    return "tenant";
  }

  @Override
  public Class<TenantConfig> configType() {
    return TenantConfig.class;
  }

  @Override
  public Router create(TenantConfig config, PluginContext context) throws SettingsException {
    TenantRouter router = new TenantRouter(config, context);
    context.gauge("tenants", "Entries of the file in service.", router::count);
    return router;
  }
}
