package dev.postern.it.pooling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.api.routing.Pooling;
import dev.postern.it.Descriptors;
import dev.postern.it.Logins;
import dev.postern.testkit.FakeBackend;
import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Servers that fail while clients share their connections: who was served by the one that failed
 * hears of it, once; nobody else does; and no connection is left that nobody uses.
 */
final class FaultsIT {
  private static final String ROLE = "faults_role";

  private static PostgresServer server;

  @BeforeAll
  static void createRole() {
    server = PostgresServer.builder().start();
    server.createRole(ROLE, Pools.PASSWORD);
    server.execute("CREATE TABLE faults (id int)", "GRANT ALL ON faults TO " + ROLE, "CHECKPOINT");
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void servesAClientByAnotherConnectionWhenAnIdleOneWasTerminated() {
    try (RunningPostern postern = pool(2);
        WireClient client = Way.through(postern, ROLE).wire()) {
      String first = client.queryOne("SELECT pg_backend_pid()");
      terminate(first);
      Pools.awaitProcesses(server, ROLE, 0);
      assertThat(Pools.value(client.query("SELECT pg_backend_pid()"))).isNotEqualTo(first);
      assertThat(Pools.processes(server, ROLE)).hasSize(1);
    }
  }

  @Test
  void tellsOnlyTheClientWhoseQueryWasTerminated() {
    try (RunningPostern postern = pool(2);
        WireClient client = Way.through(postern, ROLE).wire();
        WireClient other = Way.through(postern, ROLE).wire()) {
      other.query("BEGIN");
      client.send(FrontendPackets.query("SELECT pg_sleep(60)"));
      terminate(awaitActive(server));
      assertThat(Pools.errorsUntilTheEnd(client))
          .singleElement()
          .satisfies(error -> assertThat(error.sqlState()).isEqualTo("57P01"));
      assertThat(other.queryOne("SELECT 'unhurt'")).isEqualTo("unhurt");
      Pools.awaitProcesses(server, ROLE, 1);
    }
  }

  @Test
  void repeatsNothingOfATransactionWhoseConnectionWasTerminated() {
    try (RunningPostern postern = pool(2);
        WireClient client = Way.through(postern, ROLE).wire();
        WireClient other = Way.through(postern, ROLE).wire()) {
      client.query("BEGIN");
      client.query("INSERT INTO faults VALUES (1)");
      terminate(client.queryOne("SELECT pg_backend_pid()"));
      client.send(FrontendPackets.query("INSERT INTO faults VALUES (2)"));
      assertThat(Pools.errorsUntilTheEnd(client)).hasSize(1);
      assertThat(Pools.value(other.query("SELECT count(*) FROM faults"))).isEqualTo("0");
    }
  }

  @Test
  void outlivesACrashOfTheServerWithoutAWordToClientsThatWaitForNothing() {
    try (PostgresServer server = PostgresServer.builder().start();
        RunningPostern postern = Pools.before(server, Pools.transactions(3))) {
      Pools.createRole(server, postern, ROLE);
      server.execute("CHECKPOINT"); // which a crash would take the role along without
      Way way = Way.through(postern, ROLE);
      try (WireClient idle = way.wire();
          WireClient inTransaction = way.wire();
          WireClient inQuery = way.wire()) {
        inTransaction.query("BEGIN");
        inQuery.send(FrontendPackets.query("SELECT pg_sleep(60)"));
        String pid = awaitActive(server);
        idle.query("SELECT 1");
        server.killBackend(Long.parseLong(pid));
        assertThat(Pools.errorsUntilTheEnd(inQuery)).hasSize(1);
        inTransaction.send(FrontendPackets.query("SELECT 1"));
        assertThat(Pools.errorsUntilTheEnd(inTransaction)).hasSize(1);
        await()
            .atMost(Duration.ofSeconds(20))
            .ignoreExceptions()
            .until(() -> server.queryOne("SELECT 1").equals("1"));
        assertThat(Pools.value(idle.query("SELECT 'served again'"))).isEqualTo("served again");
        Pools.awaitProcesses(server, ROLE, 1);
      }
    }
  }

  @Test
  void letsClientsGoWhereTheServerAcceptsAndSaysNothing() {
    try (FakeBackend silent = FakeBackend.start(WireServer::readToEnd);
        RunningPostern postern =
            Silent.before(silent, server, Pools.transactions(2), Duration.ofSeconds(2))) {
      postern.importUser(server, ROLE);
      Descriptors.expectNoneLeft(
          postern,
          silent::openConnections,
          () -> {
            try (WireClient client = WireClient.connect(postern.address());
                WireClient other = Way.through(postern, ROLE).wire()) {
              client.send(FrontendPackets.startup("user", ROLE, "database", Silent.DATABASE));
              assertThat(other.queryOne("SELECT 'unhurt'")).isEqualTo("unhurt");
              assertThat(Logins.refusal(client, ROLE, Pools.PASSWORD).sqlState())
                  .isEqualTo("08001");
              client.expectEnd();
              assertThat(other.queryOne("SELECT 'unhurt'")).isEqualTo("unhurt");
              await().until(() -> silent.openConnections() == 0);
            }
          });
    }
  }

  @Test
  void replacesAConnectionWhoseServerFellSilentOnceItsClientHasGone() {
    try (FakeBackend fake =
            FakeBackend.start(
                connection -> {
                  if (connection.startup().isCancelRequest()) {
                    return;
                  }
                  connection.greet();
                  if (connection.number() == 1) {
                    connection.expect('Q');
                    connection.isAtEnd();
                  } else {
                    connection.echoQueries();
                  }
                });
        RunningPostern postern =
            Silent.before(fake, server, Pools.transactions(1), Duration.ofSeconds(5))) {
      postern.importUser(server, ROLE);
      Descriptors.expectNoneLeft(
          postern,
          fake::openConnections,
          () -> {
            try (WireClient next = Silent.client(postern, ROLE)) {
              WireClient client = Silent.client(postern, ROLE);
              client.send(FrontendPackets.query("a question that is not answered"));
              await().until(() -> fake.openConnections() == 1);
              next.patience(Duration.ofSeconds(40));
              client.reset();
              assertThat(next.queryOne("a question")).isEqualTo("a question");
            }
          });
    }
  }

  @Test
  void servesByTheConnectionsThatItHasWhileTheServerHasNoMore() throws Exception {
    try (PostgresServer server = serverFor(5);
        RunningPostern postern = Pools.before(server, Pools.transactions(5))) {
      Pools.createRole(server, postern, ROLE);
      server.createRole("others", Pools.PASSWORD);
      Way way = Way.through(postern, ROLE);
      try (WireClient holder = way.wire();
          WireClient client = way.wire()) {
        holder.query("BEGIN");
        List<WireClient> others = fill(server);
        client.send(FrontendPackets.query("SELECT 'served in turn'"));
        assertThat(holder.queryOne("SELECT 'unhurt'")).isEqualTo("unhurt");
        holder.query("COMMIT");
        assertThat(Pools.value(client.receiveUntil('Z'))).isEqualTo("served in turn");
        others.forEach(WireClient::close);
        Pools.awaitProcesses(server, "others", 0);
        holder.query("BEGIN");
        assertThat(client.queryOne("SELECT 'room again'")).isEqualTo("room again");
      }
    }
  }

  @Test
  void passesOnThatTheServerHasNoConnectionForTheFirstClient() {
    try (PostgresServer server = serverFor(3);
        RunningPostern postern = Pools.before(server, Pools.transactions(5))) {
      Pools.createRole(server, postern, ROLE);
      server.createRole("others", Pools.PASSWORD);
      List<WireClient> others = fill(server);
      try (WireClient client = WireClient.connect(postern.address())) {
        client.send(FrontendPackets.startup("user", ROLE, "database", "postgres"));
        assertThat(Logins.refusal(client, ROLE, Pools.PASSWORD).sqlState()).isEqualTo("53300");
        client.expectEnd();
      }
      others.forEach(WireClient::close);
      Pools.awaitProcesses(server, "others", 0);
      await()
          .atMost(Duration.ofSeconds(5))
          .ignoreExceptions()
          .untilAsserted(
              () -> {
                try (WireClient client = Way.through(postern, ROLE).wire()) {
                  assertThat(client.queryOne("SELECT 'room again'")).isEqualTo("room again");
                }
              });
    }
  }

  @Test
  void closesWhatNobodyUsesWhenTheServerHasNoConnectionForAnotherPool() {
    try (PostgresServer server = serverFor(3);
        RunningPostern postern = Pools.before(server, Pooling.SESSION)) {
      Pools.createRole(server, postern, ROLE);
      for (int application = 0; application < 8; application++) {
        try (WireClient client = WireClient.connect(postern.address())) {
          client.send(
              FrontendPackets.startup(
                  "user", ROLE, "database", "postgres", "application_name", "app" + application));
          client.authenticate(ROLE, Pools.PASSWORD);
          client.greeting();
          assertThat(client.queryOne("SHOW application_name")).isEqualTo("app" + application);
          client.send(FrontendPackets.terminate());
          client.expectEnd();
        }
      }
    }
  }

  /** A server with so many connections for others than superusers; the caller closes it. */
  private static PostgresServer serverFor(int connections) {
    return PostgresServer.builder()
        .setting("max_connections", Integer.toString(connections + 3))
        .setting("superuser_reserved_connections", "3")
        .start();
  }

  /** Takes all connections that the server has for others than superusers. */
  private static List<WireClient> fill(PostgresServer server) {
    List<WireClient> all = new ArrayList<>();
    try {
      while (true) {
        all.add(Way.direct(server, "others").wire());
      }
    } catch (AssertionError e) {
      assertThat(e).hasMessageContaining("53300");
      return all;
    }
  }

  private static void terminate(String pid) {
    server.execute("SELECT pg_terminate_backend(" + pid + ")");
  }

  private static String awaitActive(PostgresServer server) {
    String sql =
        "SELECT pid::text FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND usename = '"
            + ROLE
            + "'";
    await().atMost(Duration.ofSeconds(20)).until(() -> server.query(sql).size() == 1);
    return server.queryOne(sql);
  }

  private static RunningPostern pool(int size) {
    return Pools.before(server, Pools.transactions(size), ROLE);
  }
}
