package dev.postern.testkit;

import dev.postern.api.PluginFactory;
import dev.postern.api.auth.Authenticator;
import dev.postern.api.auth.AuthenticatorFactory;
import dev.postern.api.intercept.MessageInterceptor;
import dev.postern.api.intercept.MessageInterceptorFactory;
import dev.postern.api.routing.Backend;
import dev.postern.api.routing.BackendLogin;
import dev.postern.api.routing.BackendTls;
import dev.postern.api.routing.Pooling;
import dev.postern.api.routing.Route;
import dev.postern.api.routing.Router;
import dev.postern.api.routing.RouterFactory;
import dev.postern.proxy.config.ConfigurationException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Says what a {@link RunningPostern} is to be like. Without a word it listens without TLS on a free
 * port of the loopback interface and lets its users in by SCRAM; where sessions go has to be said.
 * Plugins are given as instances, or as factories with a configuration that is bound as in the
 * configuration file. Used by one thread.
 */
public final class PosternBuilder {
  /** Makes the plugin once the installation is there. */
  @FunctionalInterface
  interface Maker<T> {
    T make(RunningPostern.Workshop workshop) throws Exception;
  }

  final ConfigurationTree configuration = new ConfigurationTree();
  final Map<String, Maker<MessageInterceptor>> interceptors = new LinkedHashMap<>();
  Maker<Authenticator> authenticator = workshop -> new StoreLogin(workshop.users());
  @Nullable Maker<Router> router;
  @Nullable TestCertificate certificate;

  PosternBuilder() {
    setting("listeners.0.host", "127.0.0.1");
    setting("listeners.0.port", 0);
    setting("limits.failed-logins-per-address", 0);
    // The sections must be there; what they name is given by this builder instead.
    setting("authenticator.plugin", "given-by-the-test");
    setting("router.plugin", "given-by-the-test");
    setting("router.name", "router");
  }

  /** Sends every session to a server, where the client logs in as itself. */
  public PosternBuilder backend(PostgresServer server) {
    return backend(server, Pooling.SESSION);
  }

  /**
   * Sends every session to a server, where the client logs in as itself, or shares a connection.
   */
  public PosternBuilder backend(PostgresServer server, Pooling pooling) {
    Backend backend = new Backend(server.host(), server.port(), BackendTls.DISABLED);
    Route route = new Route("test", List.of(backend), null, BackendLogin.AS_CLIENT, pooling);
    return router(request -> route);
  }

  /**
   * Sets a value of the configuration file.
   *
   * @param path names of sections and places in lists with dots between them, such as {@code
   *     listeners.0.tls.mode}
   * @param value a string, number or boolean, or a list or map of these
   */
  public PosternBuilder setting(String path, Object value) {
    configuration.set(path, value);
    return this;
  }

  /** Gives the listener this certificate; TLS is required then, unless a setting says otherwise. */
  public PosternBuilder tls(TestCertificate identity) {
    certificate = identity;
    setting("listeners.0.tls.certificate", RunningPostern.CERTIFICATE);
    setting("listeners.0.tls.key", RunningPostern.KEY);
    return setting("listeners.0.tls.mode", "required");
  }

  public PosternBuilder authenticator(Authenticator given) {
    authenticator = workshop -> given;
    return this;
  }

  /** An authenticator made of a section of the configuration file. */
  public <C extends Record> PosternBuilder authenticator(
      AuthenticatorFactory<C> factory, Map<String, Object> config) {
    authenticator =
        workshop ->
            factory.create(bind(factory, config, workshop), workshop.context(factory.name()));
    return this;
  }

  public PosternBuilder router(Router given) {
    router = workshop -> given;
    return this;
  }

  /** A router made of a section of the configuration file. */
  public <C extends Record> PosternBuilder router(
      RouterFactory<C> factory, Map<String, Object> config) {
    router =
        workshop ->
            factory.create(bind(factory, config, workshop), workshop.context(factory.name()));
    return this;
  }

  /** Adds an interceptor behind those that are there. */
  public PosternBuilder interceptor(String name, MessageInterceptor given) {
    interceptors.put(name, workshop -> given);
    return this;
  }

  /**
   * Adds an interceptor made of a section of the configuration file behind those that are there.
   */
  public <C extends Record> PosternBuilder interceptor(
      String name, MessageInterceptorFactory<C> factory, Map<String, Object> config) {
    interceptors.put(
        name, workshop -> factory.create(bind(factory, config, workshop), workshop.context(name)));
    return this;
  }

  /** Starts it; the caller closes it. */
  public RunningPostern start() {
    return RunningPostern.start(this);
  }

  private static <C extends Record> C bind(
      PluginFactory<C> factory, Map<String, Object> config, RunningPostern.Workshop workshop)
      throws ConfigurationException {
    return workshop.binder().bind(ConfigurationTree.toYaml(config), factory.configType());
  }
}
