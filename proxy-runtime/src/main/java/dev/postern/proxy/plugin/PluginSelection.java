package dev.postern.proxy.plugin;

import dev.postern.proxy.config.Configuration;
import dev.postern.proxy.config.PluginInstanceConfig;
import java.util.List;

/**
 * Which instances are wanted.
 *
 * @param interceptors in the order in which frontend messages pass them
 */
public record PluginSelection(
    PluginInstanceConfig authenticator,
    PluginInstanceConfig router,
    List<PluginInstanceConfig> interceptors) {
  public PluginSelection {
    interceptors = List.copyOf(interceptors);
  }

  public static PluginSelection of(Configuration configuration) {
    return new PluginSelection(
        configuration.authenticator(),
        configuration.router(),
        configuration.effectiveInterceptors());
  }
}
