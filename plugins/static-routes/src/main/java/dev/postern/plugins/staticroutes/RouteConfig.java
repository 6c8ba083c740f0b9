package dev.postern.plugins.staticroutes;

import dev.postern.api.routing.settings.BackendSettings;
import dev.postern.api.routing.settings.LoginSettings;
import dev.postern.api.routing.settings.PoolSettings;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One route.
 *
 * @param name names it to the operator
 * @param match which sessions take it; {@code null}: all
 * @param backends the servers that may serve them; each at most once
 * @param balance how new sessions are spread over the servers; {@code null}: round-robin
 * @param database the database to ask the servers for; {@code null}: the one that the client asked
 *     for
 * @param login how to log in there; {@code null}: as the client, with its own key or its mapping
 * @param pool how connections to the servers are shared; {@code null}: as the plugin's {@code pool}
 */
public record RouteConfig(
    String name,
    @Nullable MatchConfig match,
    List<BackendSettings> backends,
    @Nullable Balance balance,
    @Nullable String database,
    @Nullable LoginSettings login,
    @Nullable PoolSettings pool) {
  public RouteConfig {
    backends = List.copyOf(backends);
    if (name.isBlank()) {
      throw new IllegalArgumentException("name: empty");
    }
    if (backends.isEmpty()) {
      throw new IllegalArgumentException("backends: none (expected: one or more)");
    }
    if (backends.stream().map(BackendSettings::toBackend).distinct().count() < backends.size()) {
      throw new IllegalArgumentException("backends: one of them is named twice");
    }
    if (database != null && database.isEmpty()) {
      throw new IllegalArgumentException("database: empty");
    }
  }

  Balance effectiveBalance() {
    return balance == null ? Balance.ROUND_ROBIN : balance;
  }
}
