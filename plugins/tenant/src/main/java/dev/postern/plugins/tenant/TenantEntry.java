package dev.postern.plugins.tenant;

import dev.postern.api.routing.settings.BackendSettings;
import dev.postern.api.routing.settings.LoginSettings;
import dev.postern.api.routing.settings.PoolSettings;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One tenant, or many that are alike. Placeholders such as {@code {tenant}} stand for what the
 * patterns of {@code match} found there.
 *
 * @param name names the route to the operator; may have placeholders
 * @param match how the tenant is recognised
 * @param backends its servers, first choice first; hosts may have placeholders
 * @param database the database to ask the servers for; {@code null}: the one that the client asked
 *     for; may have placeholders
 * @param login how to log in there; the user may have placeholders; {@code null}: as the file says
 *     for all
 * @param pool how connections are shared; {@code null}: as the file says for all
 */
public record TenantEntry(
    String name,
    MatchConfig match,
    List<BackendSettings> backends,
    @Nullable String database,
    @Nullable LoginSettings login,
    @Nullable PoolSettings pool) {
  public TenantEntry {
    backends = List.copyOf(backends);
    if (name.isBlank()) {
      throw new IllegalArgumentException("name: empty");
    }
    if (backends.isEmpty()) {
      throw new IllegalArgumentException("backends: none (expected: one or more)");
    }
    if (database != null && database.isEmpty()) {
      throw new IllegalArgumentException("database: empty");
    }
    match.mustKnow("name", name);
    if (database != null) {
      match.mustKnow("database", database);
    }
    for (int i = 0; i < backends.size(); i++) {
      match.mustKnow("backends[" + i + "].host", backends.get(i).host());
    }
  }
}
