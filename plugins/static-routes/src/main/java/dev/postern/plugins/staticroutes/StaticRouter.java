package dev.postern.plugins.staticroutes;

import dev.postern.api.Secret;
import dev.postern.api.routing.Backend;
import dev.postern.api.routing.BackendLogin;
import dev.postern.api.routing.Pooling;
import dev.postern.api.routing.Route;
import dev.postern.api.routing.Router;
import dev.postern.api.routing.RoutingRequest;
import dev.postern.api.routing.settings.BackendSettings;
import dev.postern.api.routing.settings.LoginSettings;
import dev.postern.api.routing.settings.PoolSettings;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Safe for use by many threads. Never blocks but for a lock that is held for a few instructions.
 */
final class StaticRouter implements Router {
  private static final Logger log = LoggerFactory.getLogger("dev.postern.plugins.staticroutes");

  private record Entry(
      String name,
      Criteria criteria,
      Balancer balancer,
      @Nullable String database,
      BackendLogin login,
      Pooling pooling) {}

  private final String instance;
  private final LongSupplier nanoTime;
  private final Map<Backend, TrackedBackend> tracked = new HashMap<>();
  private final List<Entry> entries;

  StaticRouter(
      StaticRoutesConfig config, String instance, LongSupplier nanoTime, DoubleSupplier random) {
    this.instance = instance;
    this.nanoTime = nanoTime;
    this.entries = config.routes().stream().map(route -> entry(route, config, random)).toList();
  }

  @Override
  public boolean mayBlock() {
    return false;
  }

  @Override
  public @Nullable Route route(RoutingRequest request) {
    for (Entry entry : entries) {
      if (entry.criteria().matches(request)) {
        long now = nanoTime.getAsLong();
        List<Backend> backends = entry.balancer().order(now);
        track(backends.getFirst()).load().sent(now);
        return new Route(entry.name(), backends, entry.database(), entry.login(), entry.pooling());
      }
    }
    return null;
  }

  @Override
  public void sessionOpened(Route route, Backend backend) {
    TrackedBackend opened = track(backend);
    opened.load().arrived(nanoTime.getAsLong());
    opened.load().opened();
    if (opened.health().answered()) {
      log.atInfo()
          .addKeyValue("plugin", instance)
          .addKeyValue("backend", backend.address())
          .addKeyValue("route", route.name())
          .log("backend is up again");
    }
  }

  @Override
  public void sessionClosed(Route route, Backend backend) {
    track(backend).load().closed();
  }

  @Override
  public void backendFailed(Route route, Backend backend, String reason) {
    TrackedBackend failed = track(backend);
    long now = nanoTime.getAsLong();
    failed.load().arrived(now);
    Duration passedOver = failed.health().failed(now);
    if (passedOver != null) {
      log.atWarn()
          .addKeyValue("plugin", instance)
          .addKeyValue("backend", backend.address())
          .addKeyValue("route", route.name())
          .addKeyValue("reason", reason)
          .addKeyValue("retryAfterMs", passedOver.toMillis())
          .log("backend is down");
    }
  }

  /** Wipes the passwords of the logins. */
  @Override
  public void close() {
    for (Entry entry : entries) {
      Secret password = entry.login().password();
      if (password != null) {
        password.close();
      }
    }
  }

  private Entry entry(RouteConfig route, StaticRoutesConfig config, DoubleSupplier random) {
    List<TrackedBackend> backends =
        route.backends().stream()
            .map(BackendSettings::toBackend)
            .map(
                backend ->
                    tracked.computeIfAbsent(backend, key -> newlyTracked(key, config, random)))
            .toList();
    LoginSettings login = route.login();
    return new Entry(
        route.name(),
        Criteria.of(route.match()),
        new Balancer(backends, route.effectiveBalance()),
        route.database(),
        login == null ? BackendLogin.AS_CLIENT : login.toBackendLogin(),
        PoolSettings.pooling(route.pool(), config.pool()));
  }

  private TrackedBackend newlyTracked(
      Backend backend, StaticRoutesConfig config, DoubleSupplier random) {
    Health health =
        new Health(config.effectiveRetryAfter(), config.effectiveRetryAfterLimit(), random);
    return new TrackedBackend(backend, health, new Load(nanoTime.getAsLong()));
  }

  private TrackedBackend track(Backend backend) {
    TrackedBackend known = tracked.get(backend);
    if (known == null) {
      throw new IllegalArgumentException("not a backend of this router: " + backend);
    }
    return known;
  }
}
