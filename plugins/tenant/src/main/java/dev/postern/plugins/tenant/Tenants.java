package dev.postern.plugins.tenant;

import dev.postern.api.Secret;
import dev.postern.api.routing.Route;
import dev.postern.api.routing.RoutingRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was read of the file. Immutable.
 *
 * @param tenants in the file's order
 */
record Tenants(List<Tenant> tenants) {
  static Tenants of(TenantsFile file) {
    return new Tenants(file.tenants().stream().map(entry -> new Tenant(entry, file)).toList());
  }

  /** Where the session goes, by the first tenant that it is one of, or {@code null}. */
  @Nullable Route routeFor(RoutingRequest request) {
    for (Tenant tenant : tenants) {
      Route route = tenant.routeFor(request);
      if (route != null) {
        return route;
      }
    }
    return null;
  }

  void wipePasswords() {
    for (Tenant tenant : tenants) {
      Secret password = tenant.login().password();
      if (password != null) {
        password.close();
      }
    }
  }
}
