package dev.postern.proxy.config;

import org.jspecify.annotations.Nullable;

/**
 * One use of an interceptor.
 *
 * @param plugin as of every {@link PluginInstanceConfig}
 * @param name as of every instance
 * @param only for which sessions it is; {@code null}: all
 * @param config as of every instance
 * @param location where it stands
 */
public record InterceptorConfig(
    String plugin,
    @Nullable String name,
    @Nullable ScopeConfig only,
    ConfigNode config,
    Location location) {
  public InterceptorConfig {
    new PluginInstanceConfig(plugin, name, config, location); // has the same rules
  }

  /** What it has in common with every use of a plugin. */
  public PluginInstanceConfig instance() {
    return new PluginInstanceConfig(plugin, name, config, location);
  }
}
