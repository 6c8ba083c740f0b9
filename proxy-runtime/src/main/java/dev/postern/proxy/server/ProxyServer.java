package dev.postern.proxy.server;

import dev.postern.api.SqlState;
import dev.postern.api.session.CloseReason;
import dev.postern.proxy.backend.BackendConnector;
import dev.postern.proxy.backend.BackendLogins;
import dev.postern.proxy.channel.Transport;
import dev.postern.proxy.config.ClusterConfig;
import dev.postern.proxy.config.Configuration;
import dev.postern.proxy.config.LimitsConfig;
import dev.postern.proxy.config.ListenerConfig;
import dev.postern.proxy.config.NetworkConfig;
import dev.postern.proxy.config.PeerConfig;
import dev.postern.proxy.config.TimeoutsConfig;
import dev.postern.proxy.plugin.PluginSource;
import dev.postern.proxy.pool.Pools;
import dev.postern.proxy.relay.RelaySettings;
import dev.postern.proxy.scram.IterationBounds;
import dev.postern.proxy.scram.MockVerifiers;
import dev.postern.proxy.scram.SaltedPasswords;
import dev.postern.proxy.scram.VerifierFactory;
import dev.postern.proxy.session.ActivityWatch;
import dev.postern.proxy.session.CancelRequests;
import dev.postern.proxy.session.Cluster;
import dev.postern.proxy.session.FailedLogins;
import dev.postern.proxy.session.IdleSweep;
import dev.postern.proxy.session.LoginThreads;
import dev.postern.proxy.session.LoopWatch;
import dev.postern.proxy.session.Session;
import dev.postern.proxy.session.SessionLimits;
import dev.postern.proxy.session.SessionRegistry;
import dev.postern.proxy.session.SessionServices;
import dev.postern.proxy.tls.BackendTlsContexts;
import dev.postern.proxy.tls.TlsConfigurationException;
import dev.postern.proxy.tls.TlsProvider;
import dev.postern.proxy.tls.TlsRuntime;
import dev.postern.proxy.user.UserStore;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Postern, serving. Made by {@link #start}; ends in two steps, {@link #drain} and {@link #close}.
 * Safe for use by many threads.
 */
public final class ProxyServer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ProxyServer.class);

  /** How often a drain looks whether all sessions have gone. */
  private static final Duration DRAIN_LOOK = Duration.ofMillis(50);

  /** How long connections get to send what is left for them when everything ends. */
  private static final Duration LAST_WORDS = Duration.ofSeconds(2);

  /** More than it takes on event loops that work. */
  private static final Duration STOP_ACCEPTING = Duration.ofSeconds(1);

  /** An event loop that does nothing else for this long is reported. */
  private static final Duration HELD_FOR_LONG = Duration.ofSeconds(1);

  private final Network network;
  private final SessionRegistry registry;
  private final Pools pools;
  private final Duration drainTimeout;
  private final List<Listener> listeners;
  private final List<AutoCloseable> owned;
  private boolean closed;

  /** Whether its listeners are open, and the log says so. */
  private volatile boolean ready;

  private ProxyServer(
      Network network,
      SessionRegistry registry,
      Pools pools,
      Duration drainTimeout,
      List<Listener> listeners,
      List<AutoCloseable> owned) {
    this.network = network;
    this.registry = registry;
    this.pools = pools;
    this.drainTimeout = drainTimeout;
    this.listeners = listeners;
    this.owned = owned;
  }

  /**
   * Opens the listeners; clients are served from the moment in which each is open.
   *
   * @param users not closed with the server
   * @param plugins not closed with the server
   * @throws StartException if something that is needed is not there; nothing is left open then
   */
  public static ProxyServer start(
      Configuration configuration, UserStore users, PluginSource plugins) throws StartException {
    NetworkConfig network = configuration.network();
    return start(configuration, users, plugins, Network.tls(network), Network.transport(network));
  }

  /**
   * The same with TLS that may be loading already; closed with the server, or if it does not start.
   */
  static ProxyServer start(
      Configuration configuration,
      UserStore users,
      PluginSource plugins,
      TlsRuntime tls,
      Transport transport)
      throws StartException {
    Network network = new Network(configuration.network(), tls, transport);
    BackendTlsContexts backendTls = new BackendTlsContexts(tls);
    SaltedPasswords passwords = saltedPasswords(configuration.limits());
    List<AutoCloseable> owned = new ArrayList<>(List.of(passwords, backendTls));
    List<Listener> listeners = new ArrayList<>();
    SessionRegistry registry = new SessionRegistry(SessionLimits.of(configuration.limits()));
    TimeoutsConfig timeouts = configuration.timeouts();
    BackendConnector connector =
        new BackendConnector(network.connections(), backendTls, timeouts.effectiveConnect());
    BackendLogins logins = new BackendLogins(connector, users.mappings(), passwords);
    Pools pools = new Pools(logins, timeouts.effectiveLogin(), network.connections().eventLoops());
    ProxyServer server =
        new ProxyServer(
            network, registry, pools, configuration.timeouts().effectiveDrain(), listeners, owned);
    try {
      network.mustLoad();
      SessionServices services =
          services(configuration, users, plugins, logins, pools, connector, registry);
      users.onChange(new ChangedUsers(users, registry, pools, services.clock()));
      owned.add(ActivityWatch.start(registry, services.clock()));
      owned.add(
          LoopWatch.start(
              network.connections().eventLoops(), HELD_FOR_LONG, timeouts.effectiveInterceptor()));
      for (ListenerConfig listener : configuration.listeners()) {
        listeners.add(network.listen(listener, services));
      }
      server.ready = true;
      log.atInfo()
          .addKeyValue("transport", transport.name())
          .addKeyValue("eventLoops", server.eventLoopCount())
          .log("ready");
      return server;
    } catch (StartException | RuntimeException e) {
      server.close();
      throw e;
    }
  }

  private static SaltedPasswords saltedPasswords(LimitsConfig limits) {
    int concurrency = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
    IterationBounds bounds =
        new IterationBounds(
            limits.effectiveMinScramIterations(), limits.effectiveMaxScramIterations());
    return new SaltedPasswords(bounds, concurrency, 1000);
  }

  private static SessionServices services(
      Configuration configuration,
      UserStore users,
      PluginSource plugins,
      BackendLogins logins,
      Pools pools,
      BackendConnector connector,
      SessionRegistry registry)
      throws StartException {
    TimeoutsConfig timeouts = configuration.timeouts();
    LimitsConfig limits = configuration.limits();
    RelaySettings relaySettings =
        new RelaySettings(
            Math.toIntExact(limits.effectiveInterceptedMessage().bytes()),
            limits.effectivePreparedStatements().bytes(),
            timeouts.effectiveInterceptor(),
            timeouts.effectiveDeparted(),
            !timeouts.effectiveIdle().isZero());
    return new SessionServices(
        new LoginThreads(),
        plugins,
        logins,
        pools,
        new MockVerifiers(
            users.serverSecret(), users.iterations(), VerifierFactory.DEFAULT_SALT_LENGTH),
        registry,
        new CancelRequests(connector, cluster(configuration, connector)),
        new FailedLogins(limits.effectiveFailedLoginsPerAddress()),
        new IdleSweep(timeouts.effectiveIdle()),
        relaySettings,
        timeouts.effectiveLogin(),
        timeouts.effectiveExpired(),
        Clock.systemUTC());
  }

  private static @Nullable Cluster cluster(Configuration configuration, BackendConnector connector)
      throws StartException {
    ClusterConfig cluster = configuration.cluster();
    if (cluster == null) {
      return null;
    }
    for (PeerConfig peer : cluster.peers()) {
      try {
        BackendTlsContexts.check(peer.address().tls());
      } catch (TlsConfigurationException e) {
        throw StartException.misconfigured(
            "TLS towards node " + peer.node() + ": " + e.getMessage(), e);
      }
    }
    return new Cluster(cluster, connector, configuration.timeouts().effectiveConnect());
  }

  /** Where clients connect, in the configuration's order, with the ports that were chosen. */
  public List<InetSocketAddress> addresses() {
    return listeners.stream().map(Listener::address).toList();
  }

  public Transport transport() {
    return network.connections().transport();
  }

  /** Whose code computes TLS; empty while nothing has needed it. */
  public Optional<TlsProvider> tlsProvider() {
    return network.tls().loaded();
  }

  public int eventLoopCount() {
    return network.connections().eventLoops().size();
  }

  public Pools pools() {
    return pools;
  }

  public SessionRegistry registry() {
    return registry;
  }

  /**
   * Lets nobody in any more, and waits until all sessions have ended by themselves or the
   * configured time is over.
   *
   * @return whether all have ended
   */
  public boolean drain() throws InterruptedException {
    stopAccepting();
    long deadline = System.nanoTime() + drainTimeout.toNanos();
    int waiting = registry.sessions().size();
    log.atInfo().addKeyValue("sessions", waiting).log("draining");
    while (!registry.sessions().isEmpty() && System.nanoTime() < deadline) {
      TimeUnit.NANOSECONDS.sleep(DRAIN_LOOK.toNanos());
    }
    return registry.sessions().isEmpty();
  }

  /**
   * Lets nobody in any more; sessions go on, and can be cancelled through listeners that are to
   * take such requests until the end. Further calls do nothing.
   */
  public void stopAccepting() {
    registry.drain();
    stopAccepting(listener -> !listener.takesCancelsWhileDraining());
    registry.cutOffLogins();
  }

  /** Does not wait for event loops that are held. */
  private void stopAccepting(Predicate<Listener> which) {
    long deadline = System.nanoTime() + STOP_ACCEPTING.toNanos();
    listeners.stream()
        .filter(which)
        .map(Listener::stopAccepting)
        .toList() // all begin before the first is waited for
        .forEach(
            done -> done.awaitUninterruptibly(deadline - System.nanoTime(), TimeUnit.NANOSECONDS));
  }

  /**
   * Clients are to read why it ended; and what backends still work on for sessions that were ended
   * is of no use to anyone.
   */
  private void awaitLastWords() {
    long deadline = System.nanoTime() + LAST_WORDS.toNanos();
    while ((listeners.stream().anyMatch(Listener::hasConnections) || registry.isCancelling())
        && System.nanoTime() < deadline) {
      LockSupport.parkNanos(DRAIN_LOOK.toNanos());
    }
  }

  /** Ends all sessions now, and frees everything. Further calls do nothing. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    registry.drain();
    stopAccepting(_ -> true);
    registry.cutOffLogins();
    for (Session session : registry.sessions()) {
      session.end(
          CloseReason.SHUTDOWN,
          "Postern is shutting down",
          SqlState.ADMIN_SHUTDOWN,
          "terminating connection due to administrator command");
    }
    listeners.forEach(Listener::close);
    awaitLastWords();
    pools.close();
    network.close();
    for (AutoCloseable resource : owned) {
      try {
        resource.close();
      } catch (Exception e) {
        log.atWarn().setCause(e).log("something did not close");
      }
    }
    if (ready) {
      log.atInfo().log("stopped");
    }
  }
}
