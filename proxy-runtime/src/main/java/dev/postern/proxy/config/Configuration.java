package dev.postern.proxy.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
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
 * @param authenticator the plugin that decides who gets in
 * @param router the plugin that decides where sessions go
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
    PluginInstanceConfig authenticator,
    PluginInstanceConfig router,
    @Nullable List<PluginInstanceConfig> interceptors) {

  public Configuration {
    listeners = List.copyOf(listeners);
    interceptors = interceptors == null ? null : List.copyOf(interceptors);
    Rules rules = new Rules();
    rules.require(!listeners.isEmpty(), "listeners: empty (expected: one or more)");
    checkAddresses(listeners, rules);
    checkNames(authenticator, router, interceptors == null ? List.of() : interceptors, rules);
    rules.enforce();
  }

  public List<PluginInstanceConfig> effectiveInterceptors() {
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

  private static void checkNames(
      PluginInstanceConfig authenticator,
      PluginInstanceConfig router,
      List<PluginInstanceConfig> interceptors,
      Rules rules) {
    Map<String, String> owners = new HashMap<>();
    owners.put(authenticator.effectiveName(), "authenticator");
    List<Map.Entry<String, PluginInstanceConfig>> further = new ArrayList<>();
    further.add(Map.entry("router", router));
    for (int i = 0; i < interceptors.size(); i++) {
      further.add(Map.entry("interceptors[" + i + "]", interceptors.get(i)));
    }
    for (Map.Entry<String, PluginInstanceConfig> instance : further) {
      String name = instance.getValue().effectiveName();
      String owner = owners.putIfAbsent(name, instance.getKey());
      rules.require(
          owner == null,
          () ->
              "%s.name: \"%s\" is the name of %s already (give each instance a name of its own)"
                  .formatted(instance.getKey(), name, owner));
    }
  }
}
