package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.postern.testkit.FakeBackend;
import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.ProgramRun;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.RunningProgram;
import dev.postern.testkit.TestTls;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import dev.postern.testkit.WireServer;
import java.net.InetSocketAddress;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A cancel request ends the query of the session whose key it shows, and nothing else. */
final class CancelIT {
  private static final String ROLE = "cancel_role";

  @BeforeAll
  static void createRole() {
    Gateways.createRole(ROLE);
  }

  @Test
  void endsAQueryOfPsqlByCtrlC() {
    endsAQueryOfPsql(Gateways.plain());
  }

  @Test
  void endsAQueryOfPsqlOverTlsByCtrlC() {
    endsAQueryOfPsql(Gateways.encrypted());
  }

  private static void endsAQueryOfPsql(RunningPostern postern) {
    String marker = "cancel by psql at " + postern.port();
    try (RunningProgram psql =
        Psql.through(postern, ROLE)
            .with("-c", "SELECT pg_sleep(300) /* " + marker + " */")
            .start()) {
      awaitRunning(marker);
      psql.interrupt();
      ProgramRun run = psql.await(Duration.ofSeconds(10));
      assertThat(run.expectFailure().errors()).contains("canceling statement due to user request");
    }
  }

  @Test
  void endsAQueryOfPgjdbc() throws Exception {
    String marker = "cancel by pgjdbc";
    try (Connection connection = Gateways.connect(Gateways.encrypted(), ROLE);
        Statement statement = connection.createStatement()) {
      CompletableFuture<Boolean> query =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return statement.execute("SELECT pg_sleep(300) /* " + marker + " */");
                } catch (SQLException e) {
                  throw new IllegalStateException(e.getSQLState(), e);
                }
              });
      awaitRunning(marker);
      statement.cancel();
      assertThatThrownBy(query::join)
          .hasRootCauseInstanceOf(SQLException.class)
          .hasMessageContaining("57014");
      assertThat(Sql.value(connection, "SELECT 1")).isEqualTo("1");
    }
  }

  @Test
  void endsAQueryByARequestWithinTls() {
    RunningPostern postern = Gateways.encrypted();
    try (WireClient client = WireClient.connect(postern.address())) {
      client.startTls(TestTls.client(Gateways.AUTHORITY));
      WireClient.Greeting greeting = client.login(ROLE, Gateways.PASSWORD, "postgres");
      client.send(FrontendPackets.query("SELECT pg_sleep(300) /* cancel within TLS */"));
      awaitRunning("cancel within TLS");
      try (WireClient canceller = WireClient.connect(postern.address())) {
        canceller.startTls(TestTls.client(Gateways.AUTHORITY));
        canceller.send(
            FrontendPackets.cancelRequest(greeting.processId(), greeting.secret().toByteArray()));
        canceller.expectEnd();
      }
      client.receiveUntil('E');
      client.receiveUntil('Z');
    }
  }

  @Test
  void endsAQueryByTheLongKeyOfProtocolThreePointTwo() {
    RunningPostern postern = Gateways.plain();
    try (WireClient client = WireClient.connect(postern.address())) {
      client.send(
          FrontendPackets.startup(
              FrontendPackets.PROTOCOL_3_2, "user", ROLE, "database", "postgres"));
      client.authenticate(ROLE, Gateways.PASSWORD);
      WireClient.Greeting greeting = client.greeting();
      client.send(FrontendPackets.query("SELECT pg_sleep(300) /* cancel by a long key */"));
      awaitRunning("cancel by a long key");
      cancel(postern.address(), greeting.processId(), greeting.secret().toByteArray());
      assertThat(client.receiveUntil('E').getLast().sqlState()).isEqualTo("57014");
    }
  }

  @Test
  void doesNothingForAWrongSecret() {
    RunningPostern postern = Gateways.plain();
    try (WireClient client = WireClient.connect(postern.address())) {
      WireClient.Greeting greeting = client.login(ROLE, Gateways.PASSWORD, "postgres");
      byte[] wrong = greeting.secret().toByteArray();
      wrong[0] ^= 1;
      client.send(FrontendPackets.query("SELECT 'finished' FROM pg_sleep(1) /* wrong secret */"));
      awaitRunning("wrong secret");
      cancel(postern.address(), greeting.processId(), wrong);
      cancel(postern.address(), greeting.processId() + 1, greeting.secret().toByteArray());
      assertThat(client.receiveUntil('Z').get(1).values()).containsExactly("finished");
    }
  }

  @Test
  void doesNothingToAnIdleSession() {
    RunningPostern postern = Gateways.plain();
    try (WireClient client = WireClient.connect(postern.address())) {
      WireClient.Greeting greeting = client.login(ROLE, Gateways.PASSWORD, "postgres");
      cancel(postern.address(), greeting.processId(), greeting.secret().toByteArray());
      assertThat(client.queryOne("SELECT 1")).isEqualTo("1");
    }
  }

  @Test
  void neverHitsAnotherSession() {
    RunningPostern postern = Gateways.plain();
    try (WireClient first = WireClient.connect(postern.address());
        WireClient second = WireClient.connect(postern.address())) {
      WireClient.Greeting greeting = first.login(ROLE, Gateways.PASSWORD, "postgres");
      second.login(ROLE, Gateways.PASSWORD, "postgres");
      first.close();
      second.send(FrontendPackets.query("SELECT 'unhurt' FROM pg_sleep(0.5)"));
      cancel(postern.address(), greeting.processId(), greeting.secret().toByteArray());
      assertThat(second.receiveUntil('Z').get(1).values()).containsExactly("unhurt");
    }
  }

  @Test
  void givesOutNoKeyOfTheServersButItsProcessId() {
    try (FakeBackend backend = FakeBackend.start(CancelIT::acceptAndEcho);
        RunningPostern postern = before(backend);
        WireClient client = WireClient.connect(postern.address())) {
      Users.add(postern, ROLE);
      WireClient.Greeting greeting = client.login(ROLE, Gateways.PASSWORD, "postgres");
      assertThat(greeting.processId()).isEqualTo(4711);
      assertThat(greeting.secret().toByteArray()).isNotEqualTo(new byte[] {1, 2, 3, 4});
    }
  }

  @Test
  void opensNoServerConnectionForMadeUpKeys() {
    Random random = new Random(7);
    try (FakeBackend backend = FakeBackend.start(CancelIT::acceptAndEcho);
        RunningPostern postern = before(backend);
        WireClient client = WireClient.connect(postern.address())) {
      Users.add(postern, ROLE);
      client.login(ROLE, Gateways.PASSWORD, "postgres");
      for (int i = 0; i < 200; i++) {
        byte[] secret = new byte[4];
        random.nextBytes(secret);
        cancel(postern.address(), 4711, secret);
      }
      assertThat(client.queryOne("still here")).isEqualTo("still here");
      assertThat(backend.connections()).isEqualTo(1);
    }
  }

  @Test
  void endsOneQueryThoughItComesTwice() {
    RunningPostern postern = Gateways.plain();
    try (WireClient client = WireClient.connect(postern.address())) {
      WireClient.Greeting greeting = client.login(ROLE, Gateways.PASSWORD, "postgres");
      client.send(FrontendPackets.query("SELECT pg_sleep(300) /* cancelled twice */"));
      awaitRunning("cancelled twice");
      cancel(postern.address(), greeting.processId(), greeting.secret().toByteArray());
      cancel(postern.address(), greeting.processId(), greeting.secret().toByteArray());
      assertThat(client.receiveUntil('Z'))
          .filteredOn(message -> message.type() == 'E')
          .extracting(WireMessage::sqlState)
          .containsExactly("57014");
      assertThat(client.queryOne("SELECT 'unhurt'")).isEqualTo("unhurt");
    }
  }

  @Test
  void doesNotListenToAnAddressThatMakesKeysUp() {
    try (RunningPostern postern = Gateways.before(Gateways.server()).start();
        WireClient client = WireClient.connect(postern.address())) {
      postern.importUser(Gateways.server(), ROLE);
      WireClient.Greeting greeting = client.login(ROLE, Gateways.PASSWORD, "postgres");
      for (int i = 0; i < 50; i++) {
        cancel(postern.address(), i, new byte[4]);
      }
      client.send(FrontendPackets.query("SELECT 'finished' FROM pg_sleep(1) /* many guesses */"));
      awaitRunning("many guesses");
      cancel(postern.address(), greeting.processId(), greeting.secret().toByteArray());
      assertThat(client.receiveUntil('Z').get(1).values()).containsExactly("finished");
    }
  }

  @Test
  void answersNoCancelRequest() {
    try (WireClient canceller = WireClient.connect(Gateways.plain().address())) {
      canceller.send(FrontendPackets.cancelRequest(1, new byte[] {1, 2, 3, 4}));
      canceller.expectEnd();
    }
  }

  @Test
  void endsConnectionsWithMalformedCancelRequests() {
    for (int length : List.of(0, 1, 3, 257, 5000)) {
      try (WireClient canceller = WireClient.connect(Gateways.plain().address())) {
        canceller.send(FrontendPackets.cancelRequest(1, new byte[length]));
        Startups.expectRefused(canceller);
      }
    }
  }

  @Test
  void givesEachSessionAKeyOfItsOwn() {
    Set<Object> secrets = new HashSet<>();
    for (int i = 0; i < 30; i++) {
      try (WireClient client = WireClient.connect(Gateways.plain().address())) {
        assertThat(secrets.add(client.login(ROLE, Gateways.PASSWORD, "postgres").secret()))
            .isTrue();
      }
    }
  }

  private static void cancel(InetSocketAddress address, int processId, byte[] secret) {
    try (WireClient canceller = WireClient.connect(address)) {
      canceller.send(FrontendPackets.cancelRequest(processId, secret));
      canceller.expectEnd();
    }
  }

  private static void awaitRunning(String marker) {
    await()
        .atMost(Duration.ofSeconds(20))
        .until(
            () ->
                Gateways.server()
                    .queryOne(
                        "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND pid <> pg_backend_pid()"
                            + " AND query LIKE '%"
                            + marker
                            + "%'")
                    .equals("1"));
  }

  private static RunningPostern before(FakeBackend backend) {
    return Gateways.before(backend).start();
  }

  private static void acceptAndEcho(WireServer connection) {
    connection.acceptLogin();
    connection.echoQueries();
  }
}
