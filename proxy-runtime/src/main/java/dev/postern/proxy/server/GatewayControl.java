package dev.postern.proxy.server;

import dev.postern.api.SqlState;
import dev.postern.api.routing.Pooling;
import dev.postern.api.session.ClientInfo;
import dev.postern.api.session.CloseReason;
import dev.postern.api.session.SessionInfo;
import dev.postern.api.session.TlsInfo;
import dev.postern.proxy.admin.AdminException;
import dev.postern.proxy.admin.ClusterRow;
import dev.postern.proxy.admin.InstanceRow;
import dev.postern.proxy.admin.PluginRow;
import dev.postern.proxy.admin.PoolRow;
import dev.postern.proxy.admin.ProxyControl;
import dev.postern.proxy.admin.ProxyStatus;
import dev.postern.proxy.admin.SessionRow;
import dev.postern.proxy.config.ClusterConfig;
import dev.postern.proxy.config.Configuration;
import dev.postern.proxy.config.ConfigurationException;
import dev.postern.proxy.config.OneLine;
import dev.postern.proxy.plugin.InstanceView;
import dev.postern.proxy.plugin.PluginDescription;
import dev.postern.proxy.plugin.PluginLoadException;
import dev.postern.proxy.plugin.PluginSelection;
import dev.postern.proxy.pool.ListeningConnection;
import dev.postern.proxy.pool.Pool;
import dev.postern.proxy.pool.PoolKey;
import dev.postern.proxy.pool.Wait;
import dev.postern.proxy.relay.Progress;
import dev.postern.proxy.session.PooledLogin;
import dev.postern.proxy.session.Session;
import dev.postern.proxy.session.SessionRegistry;
import dev.postern.proxy.tls.TlsProvider;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A gateway as its administrator sees it. */
public final class GatewayControl implements ProxyControl {
  private static final Logger log = LoggerFactory.getLogger(GatewayControl.class);
  private static final String WAITING = "waiting for a server connection";
  private static final String IN_SERVICE = "in service";
  private static final String LEAVING = "leaving";

  /** The file as it is now. */
  @FunctionalInterface
  public interface ConfigurationSource {
    Configuration read() throws ConfigurationException;
  }

  private final Gateway gateway;
  private final ConfigurationSource configuration;
  private final String version;
  private final Consumer<Boolean> stop;

  /**
   * Does not take the gateway over.
   *
   * @param configuration what plugins are reloaded from
   * @param version of this build
   * @param stop called with whether to stop now; returns at once
   */
  public GatewayControl(
      Gateway gateway, ConfigurationSource configuration, String version, Consumer<Boolean> stop) {
    this.gateway = gateway;
    this.configuration = configuration;
    this.version = version;
    this.stop = stop;
  }

  @Override
  public ProxyStatus status() {
    ProxyServer server = gateway.server();
    return new ProxyStatus(
        version,
        ProcessHandle.current().pid(),
        gateway.startedAt(),
        server.registry().isDraining(),
        server.transport().name(),
        server.eventLoopCount(),
        server.tlsProvider().map(TlsProvider::toString).orElse(null),
        server.addresses().stream().map(GatewayControl::text).toList(),
        server.registry().sessions().size(),
        server.registry().logins(),
        cluster(gateway.cluster()));
  }

  private static @Nullable ClusterRow cluster(@Nullable ClusterConfig cluster) {
    if (cluster == null) {
      return null;
    }
    List<ClusterRow.Peer> peers =
        cluster.others().stream()
            .map(peer -> new ClusterRow.Peer(peer.node(), peer.address().address()))
            .toList();
    return new ClusterRow(cluster.node(), peers);
  }

  @Override
  public List<SessionRow> sessions() {
    SessionRegistry registry = gateway.server().registry();
    return Stream.concat(
            registry.waiting().stream().map(GatewayControl::row),
            registry.sessions().stream().map(GatewayControl::row))
        .sorted(Comparator.comparing(SessionRow::startedAt))
        .toList();
  }

  private static SessionRow row(Session session) {
    SessionInfo info = session.info();
    Progress progress = session.progress();
    Wait waiting = session.relay().waiting();
    TlsInfo tls = info.client().tls();
    return new SessionRow(
        session.id(),
        info.user().name(),
        info.startup().database(),
        info.startup().applicationName(),
        text(info.client().address()),
        tls == null ? null : tls.protocol(),
        info.route().name(),
        info.backend().address(),
        waiting == null ? state(progress) : WAITING,
        waiting == null ? null : waiting.pool().key().toString(),
        waiting == null ? null : since(waiting),
        session.relay().pins(),
        session.relay().channels(),
        info.startedAt(),
        info.user().expiry(),
        session.lastActivity(Instant.now()),
        progress.bytesFromClient(),
        progress.bytesFromBackend());
  }

  /** A login: what it has sent so far is not counted. */
  private static SessionRow row(PooledLogin login) {
    ClientInfo client = login.client();
    Wait waiting = login.waiting();
    Instant since = waiting == null ? Instant.now() : since(waiting);
    TlsInfo tls = client.tls();
    return new SessionRow(
        client.sessionId(),
        login.user().name(),
        login.startup().database(),
        login.startup().applicationName(),
        text(client.address()),
        tls == null ? null : tls.protocol(),
        login.route().name(),
        waiting == null
            ? login.route().backends().getFirst().address()
            : waiting.pool().key().server().address(),
        WAITING,
        waiting == null ? null : waiting.pool().key().toString(),
        since,
        List.of(),
        List.of(),
        login.startedAt(),
        login.user().expiry(),
        since,
        0,
        0);
  }

  private static Instant since(Wait waiting) {
    return Instant.now()
        .minusNanos(System.nanoTime() - waiting.since())
        .truncatedTo(ChronoUnit.MILLIS);
  }

  private static String state(Progress progress) {
    if (progress.busy()) {
      return "active";
    }
    return switch (progress.transactionStatus()) {
      case 'T' -> "idle in transaction";
      case 'E' -> "idle in transaction (aborted)";
      default -> "idle";
    };
  }

  private static String text(InetSocketAddress address) {
    String host = address.getAddress().getHostAddress();
    return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + address.getPort();
  }

  @Override
  public void kill(String sessionId) {
    SessionRegistry registry = gateway.server().registry();
    Optional<PooledLogin> login = registry.findWaiting(sessionId);
    if (login.isPresent()) {
      login.get().end();
      return;
    }
    registry
        .find(sessionId)
        .orElseThrow(() -> AdminException.notFound("no such session: " + sessionId))
        .end(
            CloseReason.KILLED,
            "ended by the administrator",
            SqlState.ADMIN_SHUTDOWN,
            "terminating connection due to administrator command");
  }

  @Override
  public List<PoolRow> pools() {
    return gateway.server().pools().all().stream()
        .map(GatewayControl::row)
        .sorted(
            Comparator.comparing(PoolRow::route)
                .thenComparing(PoolRow::server)
                .thenComparing(PoolRow::database)
                .thenComparing(PoolRow::role))
        .toList();
  }

  private static PoolRow row(Pool pool) {
    PoolKey key = pool.key();
    Pooling pooling = pool.pooling();
    long longestWait = pool.longestWait();
    int idle = pool.idle();
    int opening = pool.opening();
    return new PoolRow(
        key.route(),
        key.server().address(),
        key.database(),
        key.role(),
        pooling.mode().name().toLowerCase(Locale.ROOT),
        pool.isRetired(),
        pool.sessions(),
        pool.waiting(),
        longestWait == 0 ? null : Duration.ofNanos(longestWait),
        Math.max(0, pool.open() - idle - opening),
        idle,
        opening,
        pooling.size(),
        pooling.reserve(),
        pooling.minimum(),
        pooling.connectionsPerDatabase(),
        pooling.connectionsPerRole(),
        listening(pool.listening()));
  }

  private static PoolRow.Listening listening(ListeningConnection.View view) {
    return new PoolRow.Listening(view.open(), view.channels(), view.clients());
  }

  @Override
  public List<PluginRow> plugins() {
    List<InstanceView> all = gateway.plugins().instances();
    return gateway.plugins().descriptions().stream()
        .map(
            plugin ->
                row(
                    plugin,
                    all.stream().filter(instance -> isOf(plugin, instance)).toList(),
                    gateway.plugins().oldLoaders(plugin.jar())))
        .toList();
  }

  private static boolean isOf(PluginDescription plugin, InstanceView instance) {
    return instance.kind() == plugin.kind() && instance.plugin().equals(plugin.name());
  }

  private static PluginRow row(
      PluginDescription plugin, List<InstanceView> instances, int oldLoaders) {
    List<String> inService =
        instances.stream().filter(InstanceView::inService).map(InstanceView::name).toList();
    String otherwise = instances.isEmpty() ? "not in use" : LEAVING;
    return new PluginRow(
        plugin.name(),
        plugin.kind().toString(),
        plugin.jar(),
        plugin.version(),
        plugin.apiLevel(),
        inService.isEmpty() ? otherwise : IN_SERVICE,
        inService,
        oldLoaders);
  }

  @Override
  public List<InstanceRow> instances() {
    return gateway.plugins().instances().stream().map(GatewayControl::row).toList();
  }

  private static InstanceRow row(InstanceView view) {
    return new InstanceRow(
        view.name(),
        view.plugin(),
        view.kind().toString(),
        view.jar(),
        view.version(),
        view.apiLevel(),
        view.inService() ? IN_SERVICE : LEAVING,
        view.sessions(),
        view.createdAt(),
        view.calls(),
        view.failures(),
        view.median(),
        view.p99(),
        view.metrics().stream()
            .map(metric -> new InstanceRow.Metric(metric.name(), metric.value(), metric.help()))
            .toList());
  }

  @Override
  public void reload(List<String> instances) {
    try {
      Configuration now = configuration.read();
      PluginSelection selection = PluginSelection.of(now);
      for (String name : instances) {
        if (!selection.names().contains(name) && !gateway.plugins().isInService(name)) {
          throw AdminException.notFound(
              "no such instance: %s (in service: %s)"
                  .formatted(name, String.join(", ", gateway.plugins().names())));
        }
      }
      gateway.plugins().reload(Set.copyOf(instances), selection, now.plugins().sha256());
    } catch (ConfigurationException | PluginLoadException e) {
      log.atWarn()
          .addKeyValue("plugins", String.join(", ", instances))
          .log(
              "plugins not reloaded; the old ones stay in service: {}", OneLine.of(e.getMessage()));
      throw AdminException.invalid(String.valueOf(e.getMessage()));
    }
  }

  @Override
  public void drain() {
    gateway.server().stopAccepting();
  }

  @Override
  public void stop(boolean now) {
    stop.accept(now);
  }
}
