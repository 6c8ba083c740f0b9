package dev.postern.proxy.plugin;

import dev.postern.api.auth.Authenticator;
import dev.postern.api.intercept.MessageInterceptor;
import dev.postern.api.routing.Router;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The instances that are in service at the same time, until the last session that began with them
 * has ended. Instances may belong to several generations.
 */
final class Generation {
  private final List<Instance<Authenticator>> authenticators;
  private final boolean allAuthenticators;
  private final List<Instance<Router>> routers;
  private final List<Instance<MessageInterceptor>> interceptors;
  private final PluginSet set;
  private final AtomicBoolean closed = new AtomicBoolean();

  /**
   * Owns one use of each instance.
   *
   * @param end told when nobody uses it any more, on any thread; it then closes it
   */
  Generation(
      List<Instance<Authenticator>> authenticators,
      boolean allAuthenticators,
      List<Instance<Router>> routers,
      List<Instance<MessageInterceptor>> interceptors,
      Consumer<Generation> end) {
    this.authenticators = List.copyOf(authenticators);
    this.allAuthenticators = allAuthenticators;
    this.routers = List.copyOf(routers);
    this.interceptors = List.copyOf(interceptors);
    Map<String, Authenticator> links = new LinkedHashMap<>();
    authenticators.forEach(
        instance -> links.put(instance.name(), GuardedAuthenticator.of(instance)));
    set =
        new PluginSet(
            new AuthenticatorChain(links, allAuthenticators),
            routers.stream().<Router>map(GuardedRouter::of).toList(),
            interceptors.stream().map(GuardedInterceptor::of).toList(),
            instances().stream().collect(Collectors.toMap(Instance::name, Instance::calls)),
            () -> end.accept(this));
  }

  List<Instance<Authenticator>> authenticators() {
    return authenticators;
  }

  /** Whether each of several has to let a client in. */
  boolean allAuthenticators() {
    return allAuthenticators;
  }

  List<Instance<Router>> routers() {
    return routers;
  }

  List<Instance<MessageInterceptor>> interceptors() {
    return interceptors;
  }

  PluginSet set() {
    return set;
  }

  /** In the order in which they were created. */
  List<Instance<?>> instances() {
    List<Instance<?>> all = new ArrayList<>();
    Stream.of(authenticators, routers, interceptors).forEach(all::addAll);
    return all;
  }

  /** Gives the instances back, the last one first. Further calls do nothing. */
  void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    instances().reversed().forEach(instance -> instance.uses().giveBack());
  }
}
