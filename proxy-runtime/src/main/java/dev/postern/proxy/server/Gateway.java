package dev.postern.proxy.server;

import dev.postern.proxy.channel.Transport;
import dev.postern.proxy.config.ClusterConfig;
import dev.postern.proxy.config.Configuration;
import dev.postern.proxy.config.ListenerConfig;
import dev.postern.proxy.config.TlsMode;
import dev.postern.proxy.plugin.PluginEnvironment;
import dev.postern.proxy.plugin.PluginJars;
import dev.postern.proxy.plugin.PluginLoadException;
import dev.postern.proxy.plugin.PluginSelection;
import dev.postern.proxy.plugin.Plugins;
import dev.postern.proxy.tls.TlsRuntime;
import dev.postern.proxy.user.UserStore;
import java.nio.file.Path;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A whole Postern: the user store, the plugins and the server, made from a configuration and ended
 * together. Safe for use by many threads.
 */
public final class Gateway implements AutoCloseable {
  private final UserStore users;
  private final Plugins plugins;
  private final ProxyServer server;
  private final @Nullable ClusterConfig cluster;
  private final Instant startedAt = Instant.now();

  private Gateway(
      UserStore users, Plugins plugins, ProxyServer server, @Nullable ClusterConfig cluster) {
    this.users = users;
    this.plugins = plugins;
    this.server = server;
    this.cluster = cluster;
  }

  /**
   * Opens the store, loads the plugins, and then opens the listeners. What does not need each other
   * is done at the same time.
   *
   * @param home the installation, to which the configuration's paths are relative
   * @throws StartException says what is wrong, where, and what to do; nothing is left open then
   */
  public static Gateway start(Configuration configuration, Path home) throws StartException {
    StoreOpening opening = StoreOpening.begin(configuration.store(), home);
    TlsRuntime tls = Network.tls(configuration.network());
    Plugins.Found found = null;
    Plugins plugins = null;
    try {
      if (configuration.listeners().stream().anyMatch(Gateway::hasTls)) {
        tls.preload();
      }
      Transport transport = Network.transport(configuration.network());
      found = found(configuration, home);
      UserStore users = opening.store();
      plugins = load(found, configuration, home, users);
      ProxyServer server = ProxyServer.start(configuration, users, plugins, tls, transport);
      return new Gateway(users, plugins, server, configuration.cluster());
    } catch (StartException | RuntimeException e) {
      if (plugins != null) {
        plugins.close();
      } else if (found != null) {
        found.close();
      }
      opening.close();
      tls.close();
      throw e;
    }
  }

  private static boolean hasTls(ListenerConfig listener) {
    return listener.effectiveTlsMode() != TlsMode.DISABLED;
  }

  private static Plugins.Found found(Configuration configuration, Path home) throws StartException {
    try {
      return Plugins.found(PluginJars.of(configuration.plugins(), home));
    } catch (PluginLoadException e) {
      throw StartException.misconfigured(String.valueOf(e.getMessage()), e);
    }
  }

  private static Plugins load(
      Plugins.Found found, Configuration configuration, Path home, UserStore users)
      throws StartException {
    Path data = configuration.store().effectiveDirectory(home);
    try {
      return found.load(
          PluginSelection.of(configuration), new PluginEnvironment(home, data, users));
    } catch (PluginLoadException e) {
      throw StartException.misconfigured(String.valueOf(e.getMessage()), e);
    }
  }

  public UserStore users() {
    return users;
  }

  public ProxyServer server() {
    return server;
  }

  /** The nodes of which this is one; {@code null} if it is alone. */
  public @Nullable ClusterConfig cluster() {
    return cluster;
  }

  public Plugins plugins() {
    return plugins;
  }

  public Instant startedAt() {
    return startedAt;
  }

  /** Ends all sessions now and closes everything. */
  @Override
  public void close() {
    server.close();
    plugins.close();
    users.close();
  }
}
