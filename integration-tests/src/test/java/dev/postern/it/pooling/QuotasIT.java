package dev.postern.it.pooling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.api.routing.Backend;
import dev.postern.api.routing.BackendLogin;
import dev.postern.api.routing.BackendTls;
import dev.postern.api.routing.Pooling;
import dev.postern.api.routing.Route;
import dev.postern.proxy.pool.Pool;
import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What all pools together may open to a database, and as a role. */
final class QuotasIT {
  private static final String ONE = "quotas_one";
  private static final String OTHER = "quotas_other";
  private static final String DATABASE = "quotas_database";

  private static PostgresServer server;

  @BeforeAll
  static void createRoles() {
    server = PostgresServer.builder().start();
    server.createRole(ONE, Pools.PASSWORD);
    server.createRole(OTHER, Pools.PASSWORD);
    server.createDatabase(DATABASE, ONE);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void opensNoMoreToADatabaseThanAllPoolsMayHaveTogether() {
    try (RunningPostern postern = pools(pool -> pool.connectionsPerDatabase(3));
        WireClient first = Way.through(postern, ONE).wire();
        WireClient second = Way.through(postern, ONE).wire();
        WireClient third = Way.through(postern, OTHER).wire();
        WireClient fourth = Way.through(postern, OTHER).wire()) {
      first.query("BEGIN");
      second.query("BEGIN");
      third.query("BEGIN");
      fourth.send(FrontendPackets.query("SELECT 'served'"));
      awaitWaiting(postern, 1);
      assertThat(open(postern)).isEqualTo(3);

      second.query("COMMIT");
      assertThat(Pools.value(fourth.receiveUntil('Z'))).isEqualTo("served");
      assertThat(open(postern)).isEqualTo(3);
    }
  }

  @Test
  void leavesTheLastOnesToWhoMayHaveMoreThoughOthersHaveWaitedLonger() {
    Backend backend = new Backend(server.host(), server.port(), BackendTls.DISABLED);
    try (RunningPostern postern =
        RunningPostern.builder()
            .router(
                request -> {
                  int most = request.user().name().equals(ONE) ? 1 : 2;
                  return new Route(
                      "up to " + most,
                      List.of(backend),
                      null,
                      BackendLogin.AS_CLIENT,
                      Pools.transactions(5).with(pool -> pool.connectionsPerDatabase(most)));
                })
            .start()) {
      postern.importUser(server, ONE);
      postern.importUser(server, OTHER);
      try (WireClient first = Way.through(postern, ONE).wire();
          WireClient second = Way.through(postern, ONE).wire();
          WireClient other = Way.through(postern, OTHER).wire()) {
        first.query("BEGIN");
        second.send(FrontendPackets.query("SELECT 'in turn'"));
        awaitWaiting(postern, 1);
        assertThat(other.queryOne("SELECT 'served'")).isEqualTo("served");
        first.query("COMMIT");
        assertThat(Pools.value(second.receiveUntil('Z'))).isEqualTo("in turn");
      }
    }
  }

  @Test
  void closesAnIdleConnectionOfAnotherPoolToTheSameDatabase() {
    try (RunningPostern postern = pools(pool -> pool.connectionsPerDatabase(1));
        WireClient elsewhere = client(postern, ONE, DATABASE);
        WireClient one = Way.through(postern, ONE).wire();
        WireClient other = Way.through(postern, OTHER).wire()) {
      String unconcerned = elsewhere.queryOne("SELECT pg_backend_pid()");
      assertThat(one.queryOne("SELECT 'served'")).isEqualTo("served");
      assertThat(other.queryOne("SELECT 'served, too'")).isEqualTo("served, too");
      assertThat(one.queryOne("SELECT 'served again'")).isEqualTo("served again");
      assertThat(elsewhere.queryOne("SELECT pg_backend_pid()")).isEqualTo(unconcerned);
      Pools.awaitProcesses(server, OTHER, 0);
    }
  }

  @Test
  void countsARoleOverAllDatabases() {
    try (RunningPostern postern = pools(pool -> pool.connectionsPerRole(1));
        WireClient other = Way.through(postern, OTHER).wire();
        WireClient here = Way.through(postern, ONE).wire();
        WireClient there = client(postern, ONE, DATABASE)) {
      here.query("BEGIN");
      there.send(FrontendPackets.query("SELECT current_database()"));
      awaitWaiting(postern, 1);
      assertThat(other.queryOne("SELECT 'another role'")).isEqualTo("another role");

      here.query("COMMIT");
      assertThat(Pools.value(there.receiveUntil('Z'))).isEqualTo(DATABASE);
    }
  }

  @Test
  void saysWhichLimitWasReachedAndHowLongTheClientWaited() {
    Consumer<Pooling.Settings> impatient =
        pool -> pool.connectionsPerDatabase(1).waitTimeout(Duration.ofSeconds(1));
    try (RunningPostern postern = pools(impatient);
        WireClient other = Way.through(postern, OTHER).wire();
        WireClient one = Way.through(postern, ONE).wire()) {
      one.query("BEGIN");
      other.send(FrontendPackets.query("SELECT 1"));
      String message = other.expectFatal("53300").fields().get('M');
      assertThat(message)
          .matches(
              "no server connection of pool \"test/postgres\" became free within [1-9]\\d{3,} ms"
                  + " \\(connections-per-database: 1 of 1 open, 1 waiting\\)");
      assertThat(one.queryOne("SELECT 'unhurt'")).isEqualTo("unhurt");
    }
  }

  @Test
  void saysThatThePoolItselfWasFull() {
    Consumer<Pooling.Settings> impatient =
        pool -> pool.size(1).connectionsPerDatabase(5).waitTimeout(Duration.ofSeconds(1));
    try (RunningPostern postern = pools(impatient);
        WireClient second = Way.through(postern, ONE).wire();
        WireClient first = Way.through(postern, ONE).wire()) {
      first.query("BEGIN");
      second.send(FrontendPackets.query("SELECT 1"));
      assertThat(second.expectFatal("53300").fields().get('M'))
          .containsPattern("within [1-9]\\d{3,} ms \\(1 of 1 in use, 1 waiting\\)");
    }
  }

  @Test
  void givesAClientItsTurnWhoseDatabaseIsBusyWithAnotherPool() throws Exception {
    AtomicBoolean enough = new AtomicBoolean();
    try (RunningPostern postern = pools(pool -> pool.connectionsPerDatabase(2));
        ExecutorService busy = Executors.newCachedThreadPool();
        WireClient other = Way.through(postern, OTHER).wire()) {
      List<Future<Integer>> crowd = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        crowd.add(busy.submit(() -> queriesUntil(enough, Way.through(postern, ONE))));
      }
      await().until(() -> processes(ONE) == 2);
      for (int turn = 0; turn < 5; turn++) {
        long asked = System.nanoTime();
        assertThat(other.queryOne("SELECT 'turn " + turn + "'")).isEqualTo("turn " + turn);
        assertThat(System.nanoTime() - asked).isLessThan(Duration.ofSeconds(3).toNanos());
        // Whatever idles gives way to those who wait.
        await().until(() -> postern.server().pools().all().stream().noneMatch(idle(OTHER)));
      }
      enough.set(true);
      for (Future<Integer> one : crowd) {
        assertThat(one.get()).isPositive();
      }
    } finally {
      enough.set(true);
    }
  }

  @Test
  void holdsOnSeveralEventLoopsAndForgetsNobody() throws Exception {
    Pooling pooling = Pools.transactions(3).with(pool -> pool.connectionsPerDatabase(2));
    try (RunningPostern postern =
            RunningPostern.builder()
                .backend(server, pooling)
                .setting("network.event-loops", 3)
                .start();
        ExecutorService clients = Executors.newCachedThreadPool()) {
      postern.importUser(server, ONE);
      postern.importUser(server, OTHER);
      List<Callable<Integer>> work = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        Way way = Way.through(postern, i % 2 == 0 ? ONE : OTHER);
        work.add(() -> transactions(way, 40));
      }
      for (Future<Integer> done : clients.invokeAll(work)) {
        assertThat(done.get()).isEqualTo(40);
      }
      assertThat(open(postern)).isBetween(1, 2);
      awaitWaiting(postern, 0);
    }
  }

  private static int queriesUntil(AtomicBoolean enough, Way way) {
    int answers = 0;
    try (WireClient client = way.wire()) {
      client.patience(Duration.ofSeconds(30));
      while (!enough.get()) {
        client.query("SELECT pg_sleep(0.005)");
        answers++;
      }
    }
    return answers;
  }

  private static int transactions(Way way, int number) {
    int right = 0;
    try (WireClient client = way.wire()) {
      client.patience(Duration.ofSeconds(60));
      for (int i = 0; i < number; i++) {
        client.query("BEGIN");
        right += client.queryOne("SELECT " + i).equals(String.valueOf(i)) ? 1 : 0;
        client.query("COMMIT");
      }
    }
    return right;
  }

  private static Predicate<Pool> idle(String role) {
    return pool -> pool.key().role().equals(role) && pool.open() > 0;
  }

  private static int processes(String role) {
    return Pools.processes(server, role).size();
  }

  private static int open(RunningPostern postern) {
    return postern.server().pools().all().stream().mapToInt(Pool::open).sum();
  }

  private static void awaitWaiting(RunningPostern postern, int number) {
    await()
        .until(
            () -> postern.server().pools().all().stream().mapToInt(Pool::waiting).sum() == number);
  }

  private static WireClient client(RunningPostern postern, String role, String database) {
    WireClient client = WireClient.connect(postern.address());
    client.login(role, Pools.PASSWORD, database);
    return client;
  }

  private static RunningPostern pools(Consumer<Pooling.Settings> settings) {
    RunningPostern postern = Pools.before(server, Pools.transactions(5).with(settings));
    postern.importUser(server, ONE);
    postern.importUser(server, OTHER);
    return postern;
  }
}
