package dev.postern.plugins.tenant;

import dev.postern.api.routing.settings.LoginSettings;
import dev.postern.api.routing.settings.PoolSettings;
import dev.postern.api.routing.settings.TlsSettings;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The file of tenants.
 *
 * @param tls towards servers that have no section of their own
 * @param login of tenants that have no section of their own
 * @param pool of all tenants, key by key where they do not say otherwise
 * @param tenants looked through from the top; the first that matches is taken
 */
public record TenantsFile(
    @Nullable TlsSettings tls,
    @Nullable LoginSettings login,
    @Nullable PoolSettings pool,
    List<TenantEntry> tenants) {
  public TenantsFile {
    tenants = List.copyOf(tenants);
    mustFit("pool", null, pool);
    Set<String> names = new HashSet<>();
    for (int i = 0; i < tenants.size(); i++) {
      TenantEntry tenant = tenants.get(i);
      if (!names.add(tenant.name())) {
        throw new IllegalArgumentException(
            "tenants[%d].name: \"%s\" is another tenant's (expected: a name of its own)"
                .formatted(i, tenant.name()));
      }
      mustFit("tenants[" + i + "].pool", tenant.pool(), pool);
      mustBeKnown("tenants[" + i + "].login.user", tenant, login);
    }
  }

  private static void mustFit(
      String path, @Nullable PoolSettings tenant, @Nullable PoolSettings all) {
    try {
      PoolSettings.pooling(tenant, all);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(path + "." + e.getMessage(), e);
    }
  }

  /** The login that counts for a tenant may have placeholders of its patterns only. */
  private static void mustBeKnown(String path, TenantEntry tenant, @Nullable LoginSettings all) {
    LoginSettings login = tenant.login() == null ? all : tenant.login();
    if (login != null && login.user() != null) {
      tenant.match().mustKnow(path, login.user());
    }
  }
}
