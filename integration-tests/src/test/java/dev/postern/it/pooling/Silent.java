package dev.postern.it.pooling;

import dev.postern.api.routing.Backend;
import dev.postern.api.routing.BackendLogin;
import dev.postern.api.routing.BackendTls;
import dev.postern.api.routing.Pooling;
import dev.postern.api.routing.Route;
import dev.postern.testkit.FakeBackend;
import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import java.time.Duration;
import java.util.List;

/** A gateway before a scripted server for one database, and a real one for all others. */
final class Silent {
  static final String DATABASE = "silent";

  private Silent() {}

  /** Logins may take this long; the caller closes it. */
  static RunningPostern before(
      FakeBackend scripted, PostgresServer server, Pooling pooling, Duration login) {
    Route toScripted = route("silent", "127.0.0.1", scripted.port(), pooling);
    Route toServer = route("server", server.host(), server.port(), pooling);
    return RunningPostern.builder()
        .router(request -> request.startup().database().equals(DATABASE) ? toScripted : toServer)
        .setting("timeouts.login", login.toMillis() + "ms")
        .start();
  }

  /** A client of the scripted server; the caller closes it. */
  static WireClient client(RunningPostern postern, String role) {
    WireClient client = WireClient.connect(postern.address());
    client.login(role, Pools.PASSWORD, DATABASE);
    return client;
  }

  private static Route route(String name, String host, int port, Pooling pooling) {
    Backend backend = new Backend(host, port, BackendTls.DISABLED);
    return new Route(name, List.of(backend), null, BackendLogin.AS_CLIENT, pooling);
  }
}
