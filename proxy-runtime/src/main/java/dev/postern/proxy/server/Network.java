package dev.postern.proxy.server;

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
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What carries all connections of a server, as configured: the transport, its event loops, and what
 * TLS shares. Ends with the server, after its connections.
 */
final class Network implements AutoCloseable {
  /** How long the event loops have to be without work before they end. */
  private static final Duration QUIET = Duration.ofMillis(100);

  /** After which the event loops end with work or without. */
  private static final Duration LAST_WORK = Duration.ofSeconds(2);

  /** An io_uring loop waits for the last of the kernel's answers, which may not come. */
  private static final Duration PATIENCE = LAST_WORK.plusSeconds(3);

  private static final Logger log = LoggerFactory.getLogger(Network.class);

  private final NetworkConfig config;
  private final TlsRuntime tls;
  private final Transport transport;
  private final MultiThreadIoEventLoopGroup eventLoops;

  /**
   * @param tls closed with this
   */
  Network(NetworkConfig config, TlsRuntime tls, Transport transport) {
    this.config = config;
    this.tls = tls;
    this.transport = transport;
    eventLoops = transport.newEventLoops(eventLoops(config));
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
    return Listener.open(listener, security(listener), transport, eventLoops, services);
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

  Transport transport() {
    return transport;
  }

  TlsRuntime tls() {
    return tls;
  }

  List<EventLoop> eventLoops() {
    List<EventLoop> loops = new ArrayList<>();
    eventLoops.forEach(loop -> loops.add((EventLoop) loop));
    return loops;
  }

  int eventLoopCount() {
    return eventLoops.executorCount();
  }

  /** Ends the event loops, and the threads of TLS; does not wait for ever. */
  @Override
  public void close() {
    eventLoops.shutdownGracefully(QUIET.toMillis(), LAST_WORK.toMillis(), TimeUnit.MILLISECONDS);
    if (!eventLoops.terminationFuture().awaitUninterruptibly(PATIENCE.toMillis())) {
      log.warn("event loops have not ended after {}, and are left behind", PATIENCE);
    }
    tls.close();
  }
}
