package dev.postern.proxy.config;

import dev.postern.proxy.config.AuthenticatorsConfig.Require;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All of {@code conf/postern.yaml}.
 *
 * @param listeners where clients connect; one or more
 * @param network threads and transport
 * @param limits how much is let in
 * @param timeouts how long things may take
 * @param store where users are kept
 * @param admin how the command line reaches a running Postern
 * @param cluster the other nodes behind the same address; {@code null}: this is the only one
 * @param plugins where plugin jars are
 * @param authenticator the plugin that decides who gets in, where there is one
 * @param authenticators the plugins that decide who gets in, where there are several
 * @param router the plugin that decides where sessions go, where there is one
 * @param routers where there are several: each may leave the decision to the next
 * @param interceptors the plugins that see what passes, in this order; {@code null}: none
 */
public record Configuration(
    List<ListenerConfig> listeners,
    NetworkConfig network,
    LimitsConfig limits,
    TimeoutsConfig timeouts,
    StoreConfig store,
    AdminConfig admin,
    @Nullable ClusterConfig cluster,
    PluginsConfig plugins,
    @Nullable PluginInstanceConfig authenticator,
    @Nullable AuthenticatorsConfig authenticators,
    @Nullable PluginInstanceConfig router,
    @Nullable List<PluginInstanceConfig> routers,
    @Nullable List<InterceptorConfig> interceptors) {

  public Configuration {
    listeners = List.copyOf(listeners);
    routers = routers == null ? null : List.copyOf(routers);
    interceptors = interceptors == null ? null : List.copyOf(interceptors);
    Rules rules = new Rules();
    rules.require(!listeners.isEmpty(), "listeners: empty (expected: one or more)");
    checkAddresses(listeners, rules);
    rules.require(
        (authenticator == null) != (authenticators == null),
        () ->
            "authenticator: "
                + (authenticator == null ? "missing" : "beside authenticators")
                + " (expected: either authenticator or authenticators)");
    rules.require(
        (router == null) != (routers == null),
        () ->
            "router: "
                + (router == null ? "missing" : "beside routers")
                + " (expected: either router or routers)");
    rules.require(routers == null || !routers.isEmpty(), "routers: empty (expected: one or more)");
    new InstanceNames(rules)
        .add("authenticator", authenticator)
        .addAll("authenticators.chain", authenticators == null ? null : authenticators.chain())
        .add("router", router)
        .addAll("routers", routers)
        .addAll(
            "interceptors",
            interceptors == null
                ? null
                : interceptors.stream().map(InterceptorConfig::instance).toList());
    rules.enforce();
  }

  /** One or more, in the order in which they are asked. */
  public List<PluginInstanceConfig> effectiveAuthenticators() {
    return authenticators != null
        ? authenticators.chain()
        : List.of(Objects.requireNonNull(authenticator));
  }

  /** Whether each authenticator has to let a client in, and not the first that claims it. */
  public boolean requiresAllAuthenticators() {
    return authenticators != null && authenticators.require() == Require.ALL;
  }

  /** One or more, in the order in which they are asked. */
  public List<PluginInstanceConfig> effectiveRouters() {
    return routers != null ? routers : List.of(Objects.requireNonNull(router));
  }

  public List<InterceptorConfig> effectiveInterceptors() {
    return interceptors == null ? List.of() : interceptors;
  }

  private static void checkAddresses(List<ListenerConfig> listeners, Rules rules) {
    Set<String> taken = new HashSet<>();
    for (int i = 0; i < listeners.size(); i++) {
      ListenerConfig listener = listeners.get(i);
      String place = "listeners[" + i + "]";
      // Port 0 is a different free one each time.
      rules.require(
          listener.port() == 0 || taken.add(listener.address()),
          () -> place + ".port: another listener has " + listener.address() + " already");
    }
  }
}
