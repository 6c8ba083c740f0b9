package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.testkit.FakeBackend;
import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.RunningProgram;
import dev.postern.testkit.TestTls;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireServer;
import java.sql.Connection;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
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
        Psql.through(postern, ROLE).with("-c", SleepingQueries.sql(marker)).start()) {
      SleepingQueries.interrupt(psql, marker, () -> {});
    }
  }

  @Test
  void endsAQueryOfPgjdbc() throws Exception {
    try (Connection connection = Gateways.connect(Gateways.encrypted(), ROLE)) {
      SleepingQueries.cancel(connection, "cancel by pgjdbc", () -> {});
    }
  }

  @Test
  void endsAQueryByARequestWithinTls() {
    RunningPostern postern = Gateways.encrypted();
    try (WireClient client = WireClient.connect(postern.address())) {
      client.startTls(TestTls.client(Gateways.AUTHORITY));
      WireClient.Greeting greeting = client.login(ROLE, Gateways.PASSWORD, "postgres");
      SleepingQueries.begin(client, "cancel within TLS");
      try (WireClient canceller = WireClient.connect(postern.address())) {
        canceller.startTls(TestTls.client(Gateways.AUTHORITY));
        canceller.cancel(greeting);
      }
      SleepingQueries.expectCancelled(client);
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
      SleepingQueries.begin(client, "cancel by a long key");
      WireClient.cancel(postern.address(), greeting);
      SleepingQueries.expectCancelled(client);
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
      SleepingQueries.awaitRunning("wrong secret");
      WireClient.cancel(postern.address(), greeting.processId(), wrong);
      WireClient.cancel(
          postern.address(), greeting.processId() + 1, greeting.secret().toByteArray());
      assertThat(client.receiveUntil('Z').get(1).values()).containsExactly("finished");
    }
  }

  @Test
  void doesNothingToAnIdleSession() {
    RunningPostern postern = Gateways.plain();
    try (WireClient client = WireClient.connect(postern.address())) {
      WireClient.Greeting greeting = client.login(ROLE, Gateways.PASSWORD, "postgres");
      WireClient.cancel(postern.address(), greeting);
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
      WireClient.cancel(postern.address(), greeting);
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
        WireClient.cancel(postern.address(), 4711, secret);
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
      SleepingQueries.begin(client, "cancelled twice");
      WireClient.cancel(postern.address(), greeting);
      WireClient.cancel(postern.address(), greeting);
      SleepingQueries.expectCancelled(client);
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
        WireClient.cancel(postern.address(), i, new byte[4]);
      }
      client.send(FrontendPackets.query("SELECT 'finished' FROM pg_sleep(1) /* many guesses */"));
      SleepingQueries.awaitRunning("many guesses");
      WireClient.cancel(postern.address(), greeting);
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

  private static RunningPostern before(FakeBackend backend) {
    return Gateways.before(backend).start();
  }

  private static void acceptAndEcho(WireServer connection) {
    connection.acceptLogin();
    connection.echoQueries();
  }
}
