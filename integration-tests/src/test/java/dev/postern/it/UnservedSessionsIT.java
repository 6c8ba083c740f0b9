package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.api.routing.Pooling;
import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Pooled sessions for which there is no server connection when they need one. */
final class UnservedSessionsIT {
  private static final String ROLE = "unserved_role";

  @Test
  void aWaitTimeoutNamesRouteAndDatabaseToTheClientAndRoleAndServerToTheOperator() {
    PostgresServer server = Gateways.server();
    server.createRole(ROLE, Gateways.PASSWORD);
    Pooling full =
        Pooling.TRANSACTION.with(pool -> pool.size(1).waitTimeout(Duration.ofSeconds(1)));
    try (RunningPostern postern = before(server, full);
        WireClient holder = client(postern);
        WireClient late = client(postern)) {
      holder.query("BEGIN");
      late.send(FrontendPackets.query("SELECT 1"));
      WireMessage error = late.expectFatal("53300");

      assertThat(error.fields().get('M'))
          .matches(
              "no server connection of pool \"test/postgres\" became free within [1-9]\\d{3,} ms"
                  + " \\(1 of 1 in use, 1 waiting\\)");
      awaitEnd("reason=\"POOL_TIMEOUT\"", "sqlState=\"53300\"", ROLE + "@127.0.0.1:");
    }
  }

  @Test
  void anUnreachableServerIsWhatTheSessionEndedFor() {
    try (PostgresServer server = PostgresServer.builder().start()) {
      server.createRole(ROLE, Gateways.PASSWORD);
      try (RunningPostern postern = before(server, Pooling.TRANSACTION);
          WireClient client = client(postern)) {
        client.query("SELECT 1");
        server.close();
        client.send(FrontendPackets.query("SELECT 1"));

        client.expectFatal("08001");
        awaitEnd(
            "reason=\"BACKEND_UNAVAILABLE\"", "sqlState=\"08001\"", String.valueOf(server.port()));
      }
    }
  }

  private static RunningPostern before(PostgresServer server, Pooling pooling) {
    RunningPostern postern = RunningPostern.builder().backend(server, pooling).start();
    postern.importUser(server, ROLE);
    return postern;
  }

  private static WireClient client(RunningPostern postern) {
    WireClient client = WireClient.connect(postern.address());
    client.login(ROLE, Gateways.PASSWORD, "postgres");
    return client;
  }

  private static void awaitEnd(String... parts) {
    await()
        .untilAsserted(
            () ->
                assertThat(Logs.containing("session ended: no backend: "))
                    .filteredOn(line -> Stream.of(parts).allMatch(line::contains))
                    .hasSize(1));
  }
}
