package dev.postern.it;

import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.RunningPostern;

/**
 * A server that lets everyone in, for tests in which only Postern is to decide. One for the JVM.
 */
final class TrustingServer {
  private static final PostgresServer SERVER =
      PostgresServer.builder()
          .hba("host all all all trust", "host replication all all trust")
          .start();

  private TrustingServer() {}

  static PostgresServer server() {
    return SERVER;
  }

  /** A gateway before it; the caller closes it. */
  static RunningPostern postern() {
    return Gateways.before(SERVER).start();
  }

  static void role(String name) {
    SERVER.createRole(name, Gateways.PASSWORD);
  }
}
