package dev.postern.plugins.tenant;

import dev.postern.api.routing.Backend;
import dev.postern.api.routing.BackendLogin;
import dev.postern.api.routing.Pooling;
import dev.postern.api.routing.Route;
import dev.postern.api.routing.RoutingRequest;
import dev.postern.api.routing.settings.BackendSettings;
import dev.postern.api.routing.settings.LoginSettings;
import dev.postern.api.routing.settings.PoolSettings;
import dev.postern.api.routing.settings.TlsSettings;
import dev.postern.api.session.TlsInfo;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One entry of the file, ready for use. Immutable. */
final class Tenant {
  private record Named(String attribute, ValuePattern pattern) {}

  /** A pattern, and what of a session it is compared with. */
  private record Compared(
      ValuePattern pattern, Function<RoutingRequest, @Nullable String> valueOf) {}

  private final TenantEntry entry;
  private final int place;
  private final @Nullable ValuePattern database;
  private final @Nullable ValuePattern user;
  private final @Nullable ValuePattern sni;
  private final List<Compared> patterns;
  private final List<Named> lists;
  private final @Nullable TlsSettings tls;
  private final BackendLogin login;
  private final Pooling pooling;

  /**
   * @param place in the file
   */
  Tenant(TenantEntry entry, TenantsFile file, int place) {
    this.entry = entry;
    this.place = place;
    this.database = entry.match().databasePattern();
    this.user = entry.match().userPattern();
    this.sni = entry.match().sniPattern();
    this.patterns = inOrder(patterns(entry.match()));
    this.lists = named(entry.match().effectiveLists());
    this.tls = file.tls();
    LoginSettings settings = entry.login() == null ? file.login() : entry.login();
    this.login = settings == null ? BackendLogin.AS_CLIENT : settings.toBackendLogin();
    this.pooling = PoolSettings.pooling(entry.pool(), file.pool());
  }

  private static List<Compared> patterns(MatchConfig match) {
    List<Compared> patterns = new ArrayList<>();
    add(patterns, match.databasePattern(), request -> request.startup().database());
    add(patterns, match.userPattern(), request -> request.user().name());
    add(patterns, match.sniPattern(), Tenant::serverName);
    for (Named named : named(match.effectiveAttributes())) {
      add(patterns, named.pattern(), request -> request.user().attributes().get(named.attribute()));
    }
    return patterns;
  }

  private static void add(
      List<Compared> patterns,
      @Nullable ValuePattern pattern,
      Function<RoutingRequest, @Nullable String> valueOf) {
    if (pattern != null) {
      patterns.add(new Compared(pattern, valueOf));
    }
  }

  /**
   * Those that leave nothing to choose come first. What they find is known to those behind them,
   * which so may leave nothing to choose either.
   */
  private static List<Compared> inOrder(List<Compared> patterns) {
    List<Compared> left = new ArrayList<>(patterns);
    List<Compared> order = new ArrayList<>();
    Set<String> known = new HashSet<>();
    while (!left.isEmpty()) {
      Compared next =
          left.stream()
              .filter(one -> one.pattern().hasOneWay(known))
              .findFirst()
              .orElse(left.getFirst());
      left.remove(next);
      order.add(next);
      known.addAll(next.pattern().placeholders());
    }
    return List.copyOf(order);
  }

  /** In one order, so that the same client finds the same values. */
  private static List<Named> named(Map<String, String> patterns) {
    return patterns.entrySet().stream()
        .map(one -> new Named(one.getKey(), ValuePattern.of(one.getValue())))
        .sorted(Comparator.comparing(Named::attribute))
        .toList();
  }

  int place() {
    return place;
  }

  /** The only database that matches; {@code null}: there may be others. */
  @Nullable String database() {
    return exact(database);
  }

  /** The only server name that matches; {@code null}: there may be others. */
  @Nullable String serverName() {
    return exact(sni);
  }

  /** The only user that matches; {@code null}: there may be others. */
  @Nullable String user() {
    return exact(user);
  }

  private static @Nullable String exact(@Nullable ValuePattern pattern) {
    return pattern != null && pattern.isExact() ? pattern.text() : null;
  }

  /** Where the session goes if it is one of this tenant's, or {@code null}. */
  @Nullable Route routeFor(RoutingRequest request) {
    Map<String, String> found = new HashMap<>();
    boolean matches =
        patterns.stream().allMatch(one -> fits(one, request, found))
            && lists.stream().allMatch(one -> fitsOneOf(one, request, found));
    return matches ? route(found) : null;
  }

  private static @Nullable String serverName(RoutingRequest request) {
    TlsInfo connection = request.client().tls();
    return connection == null ? null : connection.serverName();
  }

  private static boolean fits(Compared one, RoutingRequest request, Map<String, String> found) {
    String value = one.valueOf().apply(request);
    return value != null && one.pattern().matches(value, found);
  }

  /** The first value of the list that fits with what was found before counts. */
  private static boolean fitsOneOf(Named named, RoutingRequest request, Map<String, String> found) {
    String list = request.user().attributes().get(named.attribute());
    if (list != null) {
      ValuePattern pattern = named.pattern().given(found);
      for (String value : list.split(",", -1)) {
        // A value that does not match finds nothing.
        if (pattern.matches(value, found)) {
          return true;
        }
      }
    }
    return false;
  }

  private Route route(Map<String, String> found) {
    List<Backend> backends = new ArrayList<>();
    for (BackendSettings backend : entry.backends()) {
      String host = Template.expand(backend.host(), found);
      TlsSettings protection = backend.tls() == null ? tls : backend.tls();
      backends.add(new BackendSettings(host, backend.port(), protection).toBackend());
    }
    String asked = entry.database();
    return new Route(
        Template.expand(entry.name(), found),
        backends,
        asked == null ? null : Template.expand(asked, found),
        login(found),
        pooling);
  }

  private BackendLogin login(Map<String, String> found) {
    String role = login.user();
    return role == null
        ? login
        : new BackendLogin(
            Template.expand(role, found),
            login.clientKey(),
            login.password(),
            login.userMapping(),
            login.cleartextWithoutTls());
  }

  BackendLogin login() {
    return login;
  }
}
