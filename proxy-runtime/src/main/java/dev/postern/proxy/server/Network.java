package dev.postern.proxy.server;

import dev.postern.proxy.channel.Connections;
import dev.postern.proxy.channel.Transport;
import dev.postern.proxy.config.ListenerConfig;
import dev.postern.proxy.config.NetworkConfig;
import dev.postern.proxy.config.TlsMode;
import dev.postern.proxy.frontend.ListenerSecurity;
import dev.postern.proxy.session.SessionServices;
import dev.postern.proxy.tls.ServerTls;
import dev.postern.proxy.tls.TlsConfigurationException;
import dev.postern.proxy.tls.TlsProvider;
import dev.postern.proxy.tls.TlsRuntime;

/**
 * What carries all connections of a server, as configured: the transport, its event loops, and what
 * TLS shares. Ends with the server, after its sessions.
 */
final class Network implements AutoCloseable {
  private final NetworkConfig config;
  private final TlsRuntime tls;
  private final Connections connections;

  /**
   * @param tls closed with this
   */
  Network(NetworkConfig config, TlsRuntime tls, Transport transport) {
    this.config = config;
    this.tls = tls;
    connections = new Connections(transport, eventLoops(config));
  }

  /** What all TLS of a server shares, not loaded yet; the caller closes it. */
  static TlsRuntime tls(NetworkConfig config) {
    return new TlsRuntime(
        switch (config.effectiveTlsProvider()) {
          case AUTO -> null;
          case BORINGSSL -> TlsProvider.BORINGSSL;
          case JDK -> TlsProvider.JDK;
        });
  }

  /**
   * The one that is configured, loaded.
   *
   * @throws StartException if it does not work here
   */
  static Transport transport(NetworkConfig config) throws StartException {
    try {
      return config.effectiveTransport() == NetworkConfig.Transport.AUTO
          ? Transport.best()
          : Transport.named(config.effectiveTransport().toString());
    } catch (IllegalArgumentException e) {
      throw StartException.misconfigured("network.transport: " + e.getMessage(), e);
    }
  }

  /**
   * By itself, one for each processor; on two, which the server itself needs as well, one does the
   * same work for less.
   */
  private static int eventLoops(NetworkConfig config) {
    int configured = config.effectiveEventLoops();
    int processors = Runtime.getRuntime().availableProcessors();
    return configured != 0 ? configured : processors <= 2 ? 1 : processors;
  }

  /** What is asked for by name has to be there, be it needed at once or not. */
  void mustLoad() throws StartException {
    if (config.effectiveTlsProvider() == NetworkConfig.TlsProvider.BORINGSSL) {
      try {
        tls.provider();
      } catch (TlsConfigurationException e) {
        throw StartException.misconfigured("network.tls-provider: " + e.getMessage(), e);
      }
    }
  }

  /** Opens a listener; clients are served from now on. The caller closes it. */
  Listener listen(ListenerConfig listener, SessionServices services) throws StartException {
    return Listener.open(listener, security(listener), connections, services);
  }

  private ListenerSecurity security(ListenerConfig listener) throws StartException {
    TlsMode mode = listener.effectiveTlsMode();
    if (mode == TlsMode.DISABLED) {
      return new ListenerSecurity(null, false);
    }
    try {
      return new ListenerSecurity(ServerTls.open(listener, tls), mode == TlsMode.REQUIRED);
    } catch (TlsConfigurationException e) {
      throw StartException.misconfigured(
          "TLS of the listener on " + listener.address() + ": " + e.getMessage(), e);
    }
  }

  Connections connections() {
    return connections;
  }

  TlsRuntime tls() {
    return tls;
  }

  /** Ends the connections and the event loops, and the threads of TLS; does not wait for ever. */
  @Override
  public void close() {
    connections.close();
    tls.close();
  }
}
