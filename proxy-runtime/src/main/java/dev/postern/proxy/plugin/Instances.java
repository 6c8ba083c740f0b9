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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Creates instances and closes them in the opposite order. One thread. */
final class Instances implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Instances.class);

  private final PluginEnvironment environment;
  private final Deque<Created> created = new ArrayDeque<>();

  private record Created(Origin origin, Plugin plugin) {}

  /** Of one kind of plugin: its factory's method. */
  @FunctionalInterface
  private interface Creation<P extends Plugin> {
    P create(PluginContext context) throws Exception;
  }

  Instances(PluginEnvironment environment) {
    this.environment = environment;
  }

  Authenticator authenticator(Wanted wanted) throws PluginLoadException {
    AuthenticatorFactory<?> factory = (AuthenticatorFactory<?>) wanted.factory().factory();
    return new GuardedAuthenticator(
        wanted.origin(), create(wanted, context -> create(factory, wanted.config(), context)));
  }

  Router router(Wanted wanted) throws PluginLoadException {
    RouterFactory<?> factory = (RouterFactory<?>) wanted.factory().factory();
    return new GuardedRouter(
        wanted.origin(), create(wanted, context -> create(factory, wanted.config(), context)));
  }

  NamedInterceptor interceptor(Wanted wanted) throws PluginLoadException {
    MessageInterceptorFactory<?> factory =
        (MessageInterceptorFactory<?>) wanted.factory().factory();
    MessageInterceptor interceptor =
        create(wanted, context -> create(factory, wanted.config(), context));
    return new NamedInterceptor(
        wanted.name(), new GuardedInterceptor(wanted.origin(), interceptor));
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

  private <P extends Plugin> P create(Wanted wanted, Creation<P> creation)
      throws PluginLoadException {
    PluginProblems problems = new PluginProblems();
    String during =
        "%s: %s %s: "
            .formatted(wanted.location().position(), wanted.factory().kind(), wanted.name());
    try (LoaderScope _ = wanted.origin().enter()) {
      P plugin = creation.create(new InstanceContext(wanted.name(), environment));
      if (plugin != null) {
        created.push(new Created(wanted.origin(), plugin));
        return plugin;
      }
      problems.add(
          wanted.origin().jar(), during + "create gave nothing", "see the plugin's documentation");
    } catch (Exception | LinkageError | AssertionError | StackOverflowError e) {
      problems.add(wanted.origin().jar(), during, e);
    }
    problems.throwIfAny();
    throw new IllegalStateException("unreachable");
  }

  /** Closes all that were created, last first, whatever any of them throws. */
  @Override
  public void close() {
    while (!created.isEmpty()) {
      Created last = created.pop();
      try (LoaderScope _ = last.origin.enter()) {
        last.plugin.close();
      } catch (Exception | LinkageError | AssertionError | StackOverflowError e) {
        LOG.atWarn()
            .addKeyValue("plugin", last.origin.instance())
            .addKeyValue("jar", last.origin.jar())
            .setCause(e)
            .log("plugin did not close");
      }
    }
  }
}
