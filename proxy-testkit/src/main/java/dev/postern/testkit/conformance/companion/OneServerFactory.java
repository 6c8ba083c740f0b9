package dev.postern.testkit.conformance.companion;

import dev.postern.api.PluginContext;
import dev.postern.api.routing.Backend;
import dev.postern.api.routing.BackendLogin;
import dev.postern.api.routing.BackendTls;
import dev.postern.api.routing.Pooling;
import dev.postern.api.routing.Route;
import dev.postern.api.routing.Router;
import dev.postern.api.routing.RouterFactory;
import java.util.List;

/** Sends every session to one server, as a role that it trusts. For tests only. */
public final class OneServerFactory implements RouterFactory<OneServerFactory.Config> {
  /**
   * Where that is.
   *
   * @param host its address
   * @param port of it
   * @param role of all sessions
   */
  public record Config(String host, int port, String role) {}

  @Override
  public String name() {
    return "conformance-one-server";
  }

  @Override
  public Class<Config> configType() {
    return Config.class;
  }

  @Override
  public Router create(Config config, PluginContext context) {
    Backend backend = new Backend(config.host(), config.port(), BackendTls.DISABLED);
    BackendLogin login = new BackendLogin(config.role(), false, null, false, false);
    Pooling pooling = Pooling.TRANSACTION.with(pool -> pool.size(3));
    Route route = new Route("one", List.of(backend), null, login, pooling);
    return request -> route;
  }
}
