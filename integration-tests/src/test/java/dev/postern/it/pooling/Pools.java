package dev.postern.it.pooling;

import dev.postern.api.routing.Pooling;
import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.RunningPostern;

/** The gateways before pooled servers, and the roles at both. */
final class Pools {
  /** The password of every role, unless a test says otherwise. */
  static final String PASSWORD = "correct horse battery staple";

  private Pools() {}

  /** A gateway whose clients share connections to a server; the caller closes it. */
  static RunningPostern before(PostgresServer server, Pooling pooling) {
    return RunningPostern.builder().backend(server, pooling).start();
  }

  /** Creates a role on a server, and lets it in at a gateway. */
  static void createRole(PostgresServer server, RunningPostern postern, String name) {
    server.createRole(name, PASSWORD);
    postern.importUser(server, name);
  }
}
