package dev.postern.plugins.tenant;

import dev.postern.api.Secret;
import dev.postern.api.routing.Route;
import dev.postern.api.routing.RoutingRequest;
import dev.postern.api.session.TlsInfo;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What was read of the file. A session is compared with the tenants that name its database, server
 * name or user, and with those that name none of these, but have patterns only: so thousands of
 * tenants cost a login no more than a few do. Immutable.
 */
final class Tenants {
  private final List<Tenant> all = new ArrayList<>();
  private final Map<String, List<Tenant>> byDatabase = new HashMap<>();
  private final Map<String, List<Tenant>> byServerName = new HashMap<>();
  private final Map<String, List<Tenant>> byUser = new HashMap<>();
  private final List<Tenant> byPattern = new ArrayList<>();

  private Tenants() {}

  static Tenants of(TenantsFile file) {
    Tenants tenants = new Tenants();
    for (TenantEntry entry : file.tenants()) {
      tenants.add(new Tenant(entry, file, tenants.all.size()));
    }
    return tenants;
  }

  private void add(Tenant tenant) {
    all.add(tenant);
    if (tenant.database() != null) {
      list(byDatabase, tenant.database()).add(tenant);
    } else if (tenant.serverName() != null) {
      list(byServerName, tenant.serverName()).add(tenant);
    } else if (tenant.user() != null) {
      list(byUser, tenant.user()).add(tenant);
    } else {
      byPattern.add(tenant);
    }
  }

  private static List<Tenant> list(Map<String, List<Tenant>> lists, String name) {
    return lists.computeIfAbsent(name, _ -> new ArrayList<>());
  }

  int count() {
    return all.size();
  }

  /** Where the session goes, by the first tenant of the file that it is one of, or {@code null}. */
  @Nullable Route routeFor(RoutingRequest request) {
    List<List<Tenant>> candidates = candidates(request);
    int[] next = new int[candidates.size()];
    while (true) {
      int from = firstInFile(candidates, next);
      if (from < 0) {
        return null;
      }
      Route route = candidates.get(from).get(next[from]++).routeFor(request);
      if (route != null) {
        return route;
      }
    }
  }

  /** Those that a session is compared with, each list in the file's order. */
  List<List<Tenant>> candidates(RoutingRequest request) {
    TlsInfo connection = request.client().tls();
    String serverName = connection == null ? null : connection.serverName();
    return List.of(
        byDatabase.getOrDefault(request.startup().database(), List.of()),
        serverName == null ? List.of() : byServerName.getOrDefault(serverName, List.of()),
        byUser.getOrDefault(request.user().name(), List.of()),
        byPattern);
  }

  /** The list whose next tenant stands first in the file; -1: they are through. */
  private static int firstInFile(List<List<Tenant>> lists, int[] next) {
    int first = -1;
    int place = Integer.MAX_VALUE;
    for (int i = 0; i < next.length; i++) {
      List<Tenant> list = lists.get(i);
      if (next[i] < list.size() && list.get(next[i]).place() < place) {
        place = list.get(next[i]).place();
        first = i;
      }
    }
    return first;
  }

  void wipePasswords() {
    for (Tenant tenant : all) {
      Secret password = tenant.login().password();
      if (password != null) {
        password.close();
      }
    }
  }
}
