package dev.postern.proxy.plugin;

import dev.postern.proxy.config.Configuration;
import dev.postern.proxy.config.InterceptorConfig;
import dev.postern.proxy.config.PluginInstanceConfig;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which instances are wanted.
 *
 * @param authenticators one or more, in the order in which they are asked
 * @param allAuthenticators whether each of them has to let a client in
 * @param routers one or more, in the order in which they are asked
 * @param interceptors in the order in which frontend messages pass them
 */
public record PluginSelection(
    List<PluginInstanceConfig> authenticators,
    boolean allAuthenticators,
    List<PluginInstanceConfig> routers,
    List<InterceptorConfig> interceptors) {
  public PluginSelection {
    authenticators = List.copyOf(authenticators);
    routers = List.copyOf(routers);
    interceptors = List.copyOf(interceptors);
  }

  /** Of all instances. */
  public Set<String> names() {
    Stream<PluginInstanceConfig> passing = interceptors.stream().map(InterceptorConfig::instance);
    return Stream.of(authenticators.stream(), routers.stream(), passing)
        .flatMap(stream -> stream)
        .map(PluginInstanceConfig::effectiveName)
        .collect(Collectors.toUnmodifiableSet());
  }

  public static PluginSelection of(Configuration configuration) {
    return new PluginSelection(
        configuration.effectiveAuthenticators(),
        configuration.requiresAllAuthenticators(),
        configuration.effectiveRouters(),
        configuration.effectiveInterceptors());
  }
}
