package dev.postern.proxy.plugin;

import dev.postern.api.Plugin;
import dev.postern.api.PluginContext;
import dev.postern.api.auth.Authenticator;
import dev.postern.api.auth.AuthenticatorFactory;
import dev.postern.api.intercept.MessageInterceptor;
import dev.postern.api.intercept.MessageInterceptorFactory;
import dev.postern.api.routing.Router;
import dev.postern.api.routing.RouterFactory;
import dev.postern.proxy.plugin.Catalog.Wanted;
import java.util.ArrayDeque;
import java.util.Deque;

/** Creates instances. Until they are given away, {@link #close} closes them. One thread. */
final class Instances implements AutoCloseable {
  private final PluginEnvironment environment;
  private final Deque<Instance<?>> created = new ArrayDeque<>();

  /** Of one kind of plugin: its factory's method. */
  @FunctionalInterface
  private interface Creation<P extends Plugin> {
    P create(PluginContext context) throws Exception;
  }

  Instances(PluginEnvironment environment) {
    this.environment = environment;
  }

  Instance<Authenticator> authenticator(Wanted wanted) throws PluginLoadException {
    AuthenticatorFactory<?> factory = (AuthenticatorFactory<?>) wanted.factory().factory();
    return create(wanted, context -> create(factory, wanted.config(), context));
  }

  Instance<Router> router(Wanted wanted) throws PluginLoadException {
    RouterFactory<?> factory = (RouterFactory<?>) wanted.factory().factory();
    return create(wanted, context -> create(factory, wanted.config(), context));
  }

  Instance<MessageInterceptor> interceptor(Wanted wanted) throws PluginLoadException {
    MessageInterceptorFactory<?> factory =
        (MessageInterceptorFactory<?>) wanted.factory().factory();
    return create(wanted, context -> create(factory, wanted.config(), context));
  }

  private static <C extends Record> Authenticator create(
      AuthenticatorFactory<C> factory, Record config, PluginContext context) throws Exception {
    return factory.create(factory.configType().cast(config), context);
  }

  private static <C extends Record> Router create(
      RouterFactory<C> factory, Record config, PluginContext context) throws Exception {
    return factory.create(factory.configType().cast(config), context);
  }

  private static <C extends Record> MessageInterceptor create(
      MessageInterceptorFactory<C> factory, Record config, PluginContext context) throws Exception {
    return factory.create(factory.configType().cast(config), context);
  }

  private <P extends Plugin> Instance<P> create(Wanted wanted, Creation<P> creation)
      throws PluginLoadException {
    PluginProblems problems = new PluginProblems();
    String during =
        "%s: %s %s: "
            .formatted(wanted.location().position(), wanted.factory().kind(), wanted.name());
    InstanceContext context =
        new InstanceContext(wanted.name(), environment, wanted.origin().loader());
    try (LoaderScope _ = wanted.origin().enter()) {
      P plugin = creation.create(context);
      if (plugin != null) {
        Instance<P> instance = new Instance<>(wanted, plugin, context);
        created.push(instance);
        return instance;
      }
      problems.add(
          wanted.origin().jar(), during + "create gave nothing", "see the plugin's documentation");
    } catch (Throwable e) {
      problems.add(wanted.origin().jar(), during, e);
    }
    context.close();
    problems.throwIfAny();
    throw new IllegalStateException("unreachable");
  }

  /** They belong to somebody else now. */
  void giveAway() {
    created.clear();
  }

  /** Closes all that were created and not given away, last first, whatever any of them throws. */
  @Override
  public void close() {
    while (!created.isEmpty()) {
      created.pop().uses().giveBack();
    }
  }
}
