package dev.postern.it.pooling;

import static dev.postern.testkit.FrontendPackets.query;
import static dev.postern.testkit.FrontendPackets.startup;
import static dev.postern.testkit.FrontendPackets.terminate;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.api.routing.Pooling;
import dev.postern.it.Logins;
import dev.postern.proxy.pool.Pool;
import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that wait for the only connection of a pool get it in the order in which they came. */
final class WaitingTurnsIT {
  private static final String ROLE = "turns_role";
  private static final int CLIENTS = 8;

  /** What the server counts are turns. */
  private static final byte[] TURN = query("SELECT nextval('turns')");

  /**
   * Whoever came so much earlier is served before whoever waits where the connection lives; they
   * come four times as far apart.
   */
  private static final Duration MUCH_EARLIER = Duration.ofMillis(5);

  private static PostgresServer server;

  @BeforeAll
  static void createRole() {
    server = PostgresServer.builder().start();
    server.createRole(ROLE, Pools.PASSWORD);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @BeforeEach
  void countFromOne() {
    server.execute(
        "DROP SEQUENCE IF EXISTS turns", "CREATE SEQUENCE turns", "GRANT ALL ON turns TO " + ROLE);
  }

  @ParameterizedTest(name = "{0} event loops")
  @ValueSource(ints = {1, 3})
  void inTheOrderInWhichTheyAsked(int loops) throws Exception {
    try (RunningPostern postern = start(Pools.transactions(1), loops);
        WireClient holder = wire(postern)) {
      holder.query("BEGIN");
      List<WireClient> clients = askInTurn(postern);
      holder.query("COMMIT");
      for (int i = 0; i < CLIENTS; i++) {
        assertThat(turn(clients.get(i))).isEqualTo(i + 1);
      }
      clients.forEach(WireClient::close);
    }
  }

  /** Whoever only says nothing more has asked: that is done in its turn. */
  @Test
  void alsoWhenSomeOfThemLeave() throws Exception {
    try (RunningPostern postern = start(Pools.transactions(1), 1);
        WireClient holder = wire(postern)) {
      holder.query("BEGIN");
      List<WireClient> clients = new ArrayList<>();
      List<WireClient.Greeting> keys = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        WireClient client = WireClient.connect(postern.address());
        keys.add(client.login(ROLE, Pools.PASSWORD, "postgres"));
        clients.add(client);
        ask(postern, client, i);
      }
      WireClient.cancel(postern.address(), keys.get(1));
      assertThat(clients.get(1).receiveUntil('Z').getFirst().sqlState()).isEqualTo("57014");
      clients.get(3).reset();
      awaitWaiting(postern, CLIENTS - 2);
      clients.get(5).shutdownOutput();
      // Who was cancelled and asks again comes last.
      ask(postern, clients.get(1), CLIENTS - 2);
      holder.query("COMMIT");
      assertThat(turn(clients.get(0))).isEqualTo(1);
      assertThat(turn(clients.get(2))).isEqualTo(2);
      assertThat(turn(clients.get(4))).isEqualTo(3);
      assertThat(turn(clients.get(5))).isEqualTo(4);
      assertThat(turn(clients.get(6))).isEqualTo(5);
      assertThat(turn(clients.get(7))).isEqualTo(6);
      assertThat(turn(clients.get(1))).isEqualTo(7);
      clients.forEach(WireClient::close);
    }
  }

  @ParameterizedTest(name = "{0} event loops")
  @ValueSource(ints = {1, 3})
  void inTheOrderInWhichTheyLoggedInWhereSessionsKeepIt(int loops) throws Exception {
    try (RunningPostern postern = start(Pooling.SESSION.with(pool -> pool.size(1)), loops);
        WireClient holder = wire(postern)) {
      List<WireClient> clients = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        WireClient client = WireClient.connect(postern.address());
        client.send(startup("user", ROLE, "database", "postgres"));
        Logins.scram(client, Pools.PASSWORD);
        clients.add(client);
        awaitWaiting(postern, i + 1);
      }
      holder.send(terminate());
      for (WireClient client : clients) { // who is served before its turn keeps all others waiting
        client.expect('R');
        client.expect('R');
        client.greeting();
        client.send(terminate());
        client.expectEnd();
        client.close();
      }
    }
  }

  private static List<WireClient> askInTurn(RunningPostern postern) throws InterruptedException {
    List<WireClient> clients = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      WireClient client = wire(postern);
      clients.add(client);
      ask(postern, client, i);
    }
    return clients;
  }

  /** Behind so many. */
  private static void ask(RunningPostern postern, WireClient client, int before)
      throws InterruptedException {
    client.send(TURN);
    awaitWaiting(postern, before + 1);
  }

  private static void awaitWaiting(RunningPostern postern, int number) throws InterruptedException {
    Pool pool = postern.server().pools().all().iterator().next();
    await().until(() -> pool.waiting() == number);
    TimeUnit.NANOSECONDS.sleep(MUCH_EARLIER.multipliedBy(4).toNanos());
  }

  private static long turn(WireClient client) {
    return Long.parseLong(Pools.value(client.receiveUntil('Z')));
  }

  private static RunningPostern start(Pooling pooling, int loops) {
    RunningPostern postern =
        RunningPostern.builder()
            .backend(server, pooling)
            .setting("network.event-loops", loops)
            .start();
    postern.importUser(server, ROLE);
    return postern;
  }

  private static WireClient wire(RunningPostern postern) {
    return Way.through(postern, ROLE).wire();
  }
}
