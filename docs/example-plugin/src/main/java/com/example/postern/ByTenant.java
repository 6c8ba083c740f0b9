package com.example.postern;

import dev.postern.api.PluginContext;
import dev.postern.api.Secret;
import dev.postern.api.routing.Backend;
import dev.postern.api.routing.BackendLogin;
import dev.postern.api.routing.BackendTls;
import dev.postern.api.routing.Pooling;
import dev.postern.api.routing.Route;
import dev.postern.api.routing.Router;
import dev.postern.api.routing.RouterFactory;
import dev.postern.api.routing.RoutingException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Sends each user to the server of the tenant that the authenticator found out. */
public final class ByTenant implements RouterFactory<ByTenant.Config> {
  public record Config(Map<String, Server> tenants, String user, Secret password) {}

  public record Server(String host, @Nullable Integer port, BackendTls.Mode tls) {
    public Server {
      if (port != null && (port < 1 || port > 65535)) {
        throw new IllegalArgumentException("port: " + port + " (expected: 1..65535)");
      }
    }
  }

  @Override
  public String name() {
    return "by-tenant";
  }

  @Override
  public Class<Config> configType() {
    return Config.class;
  }

  @Override
  public Router create(Config config, PluginContext context) {
    BackendLogin login = new BackendLogin(config.user(), false, config.password(), false, false);
    Pooling pooling = Pooling.TRANSACTION.with(pool -> pool.size(20).noticeOnPin(true));
    return request -> {
      String tenant = request.user().attributes().getOrDefault("tenant", "");
      Server server = config.tenants().get(tenant);
      if (server == null) {
        throw RoutingException.unknownDatabase(
            request.startup().database(), "no server for tenant \"" + tenant + "\"");
      }
      int port = server.port() == null ? 5432 : server.port();
      BackendTls tls = new BackendTls(server.tls(), null, null, null);
      Backend backend = new Backend(server.host(), port, tls);
      return new Route(tenant, List.of(backend), null, login, pooling);
    };
  }
}
