package dev.postern.it.pooling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.api.routing.Pooling;
import dev.postern.it.Logins;
import dev.postern.proxy.pool.Pool;
import dev.postern.proxy.session.PooledLogin;
import dev.postern.proxy.session.SessionRegistry;
import dev.postern.testkit.BackendPackets;
import dev.postern.testkit.FakeBackend;
import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Clients that come while nothing is known of their pool's server wait for one answer of it. */
final class FirstLoginsIT {
  private static final String ROLE = "first_logins_role";
  private static final int CLIENTS = 50;
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

  @Test
  void aBurstOfThemTakesOneConnection() throws Exception {
    try (RunningPostern postern = Pools.before(server, Pools.transactions(5), ROLE);
        ExecutorService threads = Executors.newCachedThreadPool()) {
      CountDownLatch start = new CountDownLatch(1);
      List<Future<WireClient>> clients = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        clients.add(
            threads.submit(
                () -> {
                  start.await();
                  return Way.through(postern, ROLE).wire();
                }));
      }
      start.countDown();
      List<WireClient> loggedIn = new ArrayList<>();
      for (Future<WireClient> client : clients) {
        loggedIn.add(client.get());
      }
      Pool pool = postern.server().pools().all().iterator().next();
      assertThat(pool.sessions()).isEqualTo(CLIENTS);
      assertThat(pool.open()).isEqualTo(1);
      loggedIn.forEach(client -> client.send(FrontendPackets.query("SELECT pg_sleep(0.1)")));
      loggedIn.forEach(client -> Pools.value(client.receiveUntil('Z')));
      assertThat(Pools.processes(server, ROLE)).hasSizeBetween(1, 5);
      loggedIn.forEach(WireClient::close);
    }
  }

  @Test
  void theServersRefusalIsToldToAllAndTheNextOneAsksAgain() {
    CountDownLatch refuse = new CountDownLatch(1);
    try (FakeBackend fake =
            FakeBackend.start(
                connection -> {
                  connection.startup();
                  if (connection.number() == 1) {
                    refuse.await();
                    connection.send(BackendPackets.error("FATAL", "57P03", "not at this time"));
                  } else {
                    connection.greet();
                    connection.echoQueries();
                  }
                });
        RunningPostern postern = before(fake)) {
      List<WireClient> clients = burst(postern);
      refuse.countDown();
      for (WireClient client : clients) {
        assertThat(Pools.errorsUntilTheEnd(client))
            .singleElement()
            .satisfies(error -> assertThat(error.sqlState()).isEqualTo("57P03"));
        client.close();
      }
      assertThat(fake.connections()).isEqualTo(1);
      try (WireClient next = Silent.client(postern, ROLE)) {
        assertThat(next.queryOne("SELECT 1")).isEqualTo("SELECT 1");
      }
    }
  }

  @Test
  void whoAsksMayBeEndedAndTheOthersAreServed() {
    CountDownLatch greet = new CountDownLatch(1);
    try (FakeBackend fake =
            FakeBackend.start(
                connection -> {
                  connection.startup();
                  greet.await();
                  connection.greet();
                  connection.echoQueries();
                });
        RunningPostern postern = before(fake)) {
      List<WireClient> clients = burst(postern);
      registry(postern).waiting().stream()
          .min(Comparator.comparing(PooledLogin::startedAt))
          .orElseThrow()
          .end();
      await().until(() -> registry(postern).waiting().size() == CLIENTS - 1);
      greet.countDown();
      int served = 0;
      for (WireClient client : clients) {
        try (client) {
          served += isLetIn(client) ? 1 : 0;
        }
      }
      assertThat(served).isEqualTo(CLIENTS - 1);
      assertThat(fake.connections()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"SESSION", "TRANSACTION"})
  void whoHasGoneWaitsNoMore(Pooling.Mode mode) {
    Pooling one = Pooling.SESSION.with(pool -> pool.mode(mode).size(1));
    // In transaction pooling a login needs a connection where it asks for something new.
    String[] startup =
        mode == Pooling.Mode.SESSION
            ? new String[] {"user", ROLE, "database", "postgres"}
            : new String[] {"user", ROLE, "database", "postgres", "application_name", "new"};
    try (RunningPostern postern = Pools.before(server, one, ROLE)) {
      WireClient holder = Way.through(postern, ROLE).wire();
      holder.query("BEGIN");
      List<WireClient> clients = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        WireClient client = WireClient.connect(postern.address());
        client.send(FrontendPackets.startup(startup));
        Logins.scram(client, Pools.PASSWORD);
        clients.add(client);
        int waiting = i + 1;
        await().until(() -> registry(postern).waiting().size() == waiting);
      }
      clients.getFirst().reset();
      await().until(() -> registry(postern).waiting().size() == 1);
      assertThat(registry(postern).logins()).isEqualTo(1);
      holder.close();
      assertThat(isLetIn(clients.getLast())).isTrue();
      clients.getLast().close();
    }
  }

  /** Clients that have proved who they are, and all wait. */
  private static List<WireClient> burst(RunningPostern postern) {
    List<WireClient> clients = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      WireClient client = WireClient.connect(postern.address());
      client.send(FrontendPackets.startup("user", ROLE, "database", Silent.DATABASE));
      Logins.scram(client, Pools.PASSWORD);
      clients.add(client);
    }
    await().until(() -> registry(postern).waiting().size() == CLIENTS);
    return clients;
  }

  private static boolean isLetIn(WireClient client) {
    while (true) {
      switch (client.receive().type()) {
        case 'Z' -> {
          return true;
        }
        case 'E' -> {
          return false;
        }
        default -> {}
      }
    }
  }

  private static SessionRegistry registry(RunningPostern postern) {
    return postern.server().registry();
  }

  private static RunningPostern before(FakeBackend fake) {
    Pooling pooling = Pools.transactions(5);
    RunningPostern postern = Silent.before(fake, server, pooling, Duration.ofSeconds(30));
    postern.importUser(server, ROLE);
    return postern;
  }
}
