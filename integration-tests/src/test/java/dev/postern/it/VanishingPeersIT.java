package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** One side goes without a word; the other hears of it, and nothing stays behind. */
final class VanishingPeersIT {
  private static final String ROLE = "vanishing_role";

  private static PostgresServer server;
  private static RunningPostern postern;

  @BeforeAll
  static void createRole() {
    server = PostgresServer.builder().start();
    postern = Gateways.before(server).start();
    Gateways.createRole(server, postern, ROLE);
    server.execute("CREATE TABLE ledger (id int PRIMARY KEY)", "GRANT ALL ON ledger TO " + ROLE);
  }

  @AfterAll
  static void stop() {
    postern.close();
    server.close();
  }

  @Test
  void freesTheLocksOfAClientThatWasCutOffInATransaction() {
    WireClient client = loggedIn();
    client.query("BEGIN; LOCK TABLE ledger IN ACCESS EXCLUSIVE MODE");
    client.reset();
    try (WireClient other = loggedIn()) {
      other.query("SET lock_timeout = '8s'");
      assertThat(other.query("SELECT count(*) FROM ledger"))
          .noneMatch(message -> message.type() == 'E');
    }
  }

  @Test
  void rollsBackWhatAClientThatWasCutOffHadNotCommitted() {
    WireClient client = loggedIn();
    String pid = client.queryOne("SELECT pg_backend_pid()");
    client.query("BEGIN; INSERT INTO ledger VALUES (1)");
    client.reset();
    Sessions.awaitFree(server, pid);
    assertThat(server.query("SELECT id FROM ledger WHERE id = 1")).isEmpty();
  }

  /** Many times, because the cancel request runs against the query. */
  @RepeatedTest(20)
  void endsTheServersSessionOfAClientThatWasCutOffWhileItQueried() {
    WireClient client = loggedIn();
    String pid = client.queryOne("SELECT pg_backend_pid()");
    client.send(FrontendPackets.query("SELECT pg_sleep(300)"));
    client.reset();
    Sessions.awaitFree(server, pid);
  }

  @Test
  void endsTheServersSessionOfAClientThatWasCutOffWhileRowsStreamed() {
    WireClient client = loggedIn();
    String pid = client.queryOne("SELECT pg_backend_pid()");
    client.send(
        FrontendPackets.query("SELECT repeat('x', 100000) FROM generate_series(1, 100000)"));
    client.receive();
    client.reset();
    Sessions.awaitFree(server, pid);
  }

  @Test
  void commitsNothingOfACopyThatWasCutOff() {
    WireClient client = loggedIn();
    String pid = client.queryOne("SELECT pg_backend_pid()");
    client.send(FrontendPackets.query("COPY ledger FROM STDIN"));
    client.expect('G');
    client.send(
        FrontendPackets.copyData("100\n101\n".getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    client.reset();
    Sessions.awaitFree(server, pid);
    assertThat(server.query("SELECT id FROM ledger WHERE id >= 100")).isEmpty();
  }

  @Test
  void passesOnOnceThatTheServerEndedTheSession() {
    try (WireClient client = loggedIn()) {
      String pid = client.queryOne("SELECT pg_backend_pid()");
      server.execute("SELECT pg_terminate_backend(" + pid + ")");
      assertThat(client.expectFatal("57P01").text()).contains("terminating connection");
    }
  }

  @Test
  void endsAClientThatClosesItsOwnHalf() {
    try (WireClient client = loggedIn()) {
      String pid = client.queryOne("SELECT pg_backend_pid()");
      client.shutdownOutput();
      client.readToEnd();
      Sessions.awaitFree(server, pid);
    }
  }

  @Test
  void tellsClientsOnceThatTheServerCrashedAndServesThemAgain() {
    try (PostgresServer server = PostgresServer.builder().start();
        RunningPostern postern = Gateways.before(server).start()) {
      Gateways.createRole(server, postern, ROLE);
      // The test's servers do not wait for their disk, and a crash would take the role along.
      server.execute("CHECKPOINT");
      WireClient client = WireClient.connect(postern.address());
      client.login(ROLE, Gateways.PASSWORD, "postgres");
      client.send(FrontendPackets.query("SELECT pg_sleep(300)"));
      server.kill();
      assertThat(errorsUntilTheEnd(client))
          .singleElement()
          .satisfies(error -> assertThat(error.severity()).isEqualTo("FATAL"));

      try (WireClient early = WireClient.connect(postern.address())) {
        early.send(FrontendPackets.startup("user", ROLE, "database", "postgres"));
        assertThat(Logins.refusal(early, ROLE).sqlState()).isIn("08001", "08006", "57P03");
        early.expectEnd();
      }
      server.restart();
      try (WireClient late = WireClient.connect(postern.address())) {
        late.login(ROLE, Gateways.PASSWORD, "postgres");
      }
    }
  }

  @Test
  void keepsNothingOfManyClientsThatWereCutOffAtAnyMoment() {
    Descriptors.expectNoneLeft(
        postern,
        () -> {
          cutOffManyClientsAtAnyMoment();
          await()
              .atMost(Duration.ofSeconds(20))
              .until(
                  () ->
                      postern.server().pools().all().stream()
                              .allMatch(pool -> pool.open() == pool.idle())
                          && Sessions.busy(server, ROLE) == 0);
        });
  }

  private static void cutOffManyClientsAtAnyMoment() {
    java.util.Random random = new java.util.Random(99);
    for (int i = 0; i < 100; i++) {
      WireClient client = WireClient.connect(postern.address());
      switch (random.nextInt(5)) {
        case 0 -> client.send(FrontendPackets.startup("user", ROLE, "database", "postgres"));
        case 1 -> {
          client.send(FrontendPackets.startup("user", ROLE, "database", "postgres"));
          Logins.scram(client, Gateways.PASSWORD);
        }
        case 2 -> client.login(ROLE, Gateways.PASSWORD, "postgres");
        case 3 -> {
          client.login(ROLE, Gateways.PASSWORD, "postgres");
          client.send(FrontendPackets.query("SELECT generate_series(1, 100000)"));
        }
        default -> {
          client.login(ROLE, Gateways.PASSWORD, "postgres");
          client.send(FrontendPackets.parse("s", "SELECT 1"), FrontendPackets.flush());
        }
      }
      client.reset();
    }
  }

  private static List<WireMessage> errorsUntilTheEnd(WireClient client) {
    List<WireMessage> errors = new java.util.ArrayList<>();
    try {
      while (true) {
        WireMessage message = client.receive();
        if (message.type() == 'E') {
          errors.add(message);
        }
      }
    } catch (AssertionError | java.io.UncheckedIOException e) {
      client.expectEnd();
      return errors;
    }
  }

  private static WireClient loggedIn() {
    WireClient client = WireClient.connect(postern.address());
    client.login(ROLE, Gateways.PASSWORD, "postgres");
    return client;
  }
}
