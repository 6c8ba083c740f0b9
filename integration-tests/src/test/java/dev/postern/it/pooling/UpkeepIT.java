package dev.postern.it.pooling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.api.routing.Pooling;
import dev.postern.proxy.pool.Pool;
import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When a pool opens connections, how long it keeps them, and which it gives to a client. */
final class UpkeepIT {
  private static final String ROLE = "upkeep_role";
  private static PostgresServer server;

  @BeforeAll
  static void createRole() {
    server = PostgresServer.builder().start();
    server.createRole(ROLE, Pools.PASSWORD);
  }

  @BeforeEach
  void beginWithNone() {
    awaitProcesses(0);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void opensTheMinimumAheadAndReplacesWhatIsLostOfIt() {
    try (RunningPostern postern = pool(pool -> pool.minimum(3));
        WireClient client = wire(postern)) {
      awaitProcesses(3);
      server.execute("SELECT pg_terminate_backend(" + processes().getFirst() + ")");
      awaitProcesses(3);
      assertThat(client.queryOne("SELECT 'served'")).isEqualTo("served");
      assertThat(pool(postern).open()).isEqualTo(3);
    }
  }

  @Test
  void closesWhatNobodyUsesButNeverLessThanTheMinimum() {
    try (RunningPostern postern =
            pool(pool -> pool.minimum(2).idleTimeout(Duration.ofMillis(500)));
        WireClient first = wire(postern);
        WireClient second = wire(postern);
        WireClient third = wire(postern);
        WireClient fourth = wire(postern)) {
      List<WireClient> all = List.of(first, second, third, fourth);
      all.forEach(client -> client.query("BEGIN"));
      Set<String> before = new HashSet<>(processes());
      assertThat(before).hasSize(4);
      all.forEach(client -> client.query("COMMIT"));
      awaitProcesses(2);
      assertThat(before).containsAll(processes());
      // The next looks find nothing to close or to open.
      await()
          .during(Duration.ofSeconds(3))
          .atMost(Duration.ofSeconds(10))
          .until(() -> processes().size() == 2 && before.containsAll(processes()));
    }
  }

  @Test
  void opensTheReserveForWhoHasWaitedAndClosesItBehindTheRush() {
    try (RunningPostern postern =
            pool(pool -> pool.size(1).reserve(1).reserveAfter(Duration.ofMillis(400)));
        WireClient first = wire(postern);
        WireClient second = wire(postern);
        WireClient third = wire(postern)) {
      first.query("BEGIN");
      long asked = System.nanoTime();
      second.query("BEGIN");
      assertThat(Duration.ofNanos(System.nanoTime() - asked))
          .isBetween(Duration.ofMillis(400), Duration.ofSeconds(5));
      third.send(FrontendPackets.query("SELECT 'served in turn'"));
      await()
          .during(Duration.ofMillis(700))
          .until(() -> pool(postern).waiting() == 1 && pool(postern).open() == 2);
      second.query("COMMIT");
      assertThat(Pools.value(third.receiveUntil('Z'))).isEqualTo("served in turn");
      first.query("COMMIT");
      awaitProcesses(1);
    }
  }

  @Test
  void replacesAConnectionBehindItsLifetimeButNotUnderATransaction() {
    try (RunningPostern postern = pool(pool -> pool.lifetime(Duration.ofSeconds(1)));
        WireClient client = wire(postern)) {
      client.query("BEGIN");
      String first = client.queryOne("SELECT pg_backend_pid()");
      client.query("SELECT pg_sleep(1.5)");
      assertThat(client.queryOne("SELECT pg_backend_pid()")).isEqualTo(first);
      client.query("COMMIT");
      assertThat(client.queryOne("SELECT pg_backend_pid()")).isNotEqualTo(first);
      await().until(() -> !processes().contains(first));
    }
  }

  @Test
  void replacesAConnectionBehindItsLifetimeThoughSomebodyAlwaysWaits() throws Exception {
    try (RunningPostern postern = pool(pool -> pool.size(1).lifetime(Duration.ofMillis(300)));
        WireClient first = wire(postern);
        WireClient second = wire(postern);
        WireClient third = wire(postern);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Set<String>>> seen = new ArrayList<>();
      for (WireClient client : List.of(first, second, third)) {
        seen.add(threads.submit(() -> processesSeenFor(Duration.ofSeconds(3), client)));
      }
      for (Future<Set<String>> processes : seen) {
        assertThat(processes.get()).hasSizeGreaterThan(3);
      }
    }
  }

  private static Set<String> processesSeenFor(Duration time, WireClient client) {
    Set<String> processes = new HashSet<>();
    long end = System.nanoTime() + time.toNanos();
    while (System.nanoTime() < end) {
      processes.add(client.queryOne("SELECT pg_backend_pid() FROM pg_sleep(0.01)"));
    }
    return processes;
  }

  @Test
  void tellsClientsWhatConnectionsHaveThatAreOpenedBehindAnAlterRole() {
    try (RunningPostern postern = pool(pool -> pool.size(2).lifetime(Duration.ofMillis(500)));
        WireClient client = wire(postern)) {
      assertThat(client.queryOne("SHOW TimeZone")).isNotEqualTo("Asia/Tokyo");
      server.execute("ALTER ROLE " + ROLE + " SET TimeZone = 'Asia/Tokyo'");
      try {
        await()
            .untilAsserted(
                () -> {
                  try (WireClient later = wire(postern)) {
                    assertThat(later.queryOne("SHOW TimeZone")).isEqualTo("Asia/Tokyo");
                  }
                });
        assertThat(client.queryOne("SHOW TimeZone")).isNotEqualTo("Asia/Tokyo");
      } finally {
        server.execute("ALTER ROLE " + ROLE + " RESET TimeZone");
      }
    }
  }

  @Test
  void givesNobodyAConnectionThatIdledAndDoesNotAnswer() throws Exception {
    try (RunningPostern postern = pool(pool -> pool.checkAfter(Duration.ofMillis(200)));
        WireClient client = wire(postern)) {
      String first = client.queryOne("SELECT pg_backend_pid()");
      awaitIdleFor(first, Duration.ofMillis(500));
      assertThat(client.queryOne("SELECT pg_backend_pid()")).isEqualTo(first);

      signal("STOP", first);
      try {
        awaitIdleFor(first, Duration.ofMillis(500));
        assertThat(client.queryOne("SELECT pg_backend_pid()")).isNotEqualTo(first);
      } finally {
        signal("CONT", first);
      }
    }
  }

  /** Of so many clients so few ask at once. Several event loops may open the last one together. */
  @ParameterizedTest(name = "{0} clients on {1} event loops, {2} at once: {3}")
  @CsvSource({"12, 1, 1, 1", "12, 1, 2, 2", "12, 1, 5, 5", "12, 3, 12, 14"})
  void opensNoMoreThanABurstOfClientsNeeds(int clients, int loops, int atOnce, int most)
      throws Exception {
    Semaphore turns = new Semaphore(atOnce);
    try (RunningPostern postern =
            RunningPostern.builder()
                .backend(server, Pools.transactions(100))
                .setting("network.event-loops", loops)
                .start();
        ExecutorService threads = Executors.newCachedThreadPool()) {
      postern.importUser(server, ROLE);
      List<Callable<Integer>> burst = new ArrayList<>();
      for (int i = 0; i < clients; i++) {
        burst.add(
            () -> {
              try (WireClient client = wire(postern)) {
                for (int round = 0; round < 40; round++) {
                  turns.acquire();
                  client.query("SELECT 1");
                  turns.release();
                }
                return pool(postern).open();
              }
            });
      }
      for (Future<Integer> open : threads.invokeAll(burst)) {
        assertThat(open.get()).isBetween(1, most);
      }
      assertThat(processes().size()).isBetween(1, most);
    }
  }

  @Test
  void asksAFullServerNowAndThenForAllWhoWait() throws Exception {
    try (PostgresServer server =
            PostgresServer.builder()
                .setting("max_connections", "6")
                .setting("superuser_reserved_connections", "3")
                .start();
        RunningPostern postern = Pools.before(server, Pools.transactions(30));
        ExecutorService threads = Executors.newCachedThreadPool()) {
      Pools.createRole(server, postern, ROLE);
      Way way = Way.through(postern, ROLE);
      List<Callable<String>> crowd = new ArrayList<>();
      for (int i = 0; i < 25; i++) {
        crowd.add(
            () -> {
              try (WireClient client = way.wire()) {
                client.patience(Duration.ofSeconds(30));
                return client.queryOne("SELECT pg_sleep(0.4)");
              }
            });
      }
      for (Future<String> one : threads.invokeAll(crowd)) {
        assertThat(one.get()).isEmpty();
      }
      // Three at a time for 0.4 s take 3.4 s, in which all of them could have been tried 17 times.
      assertThat(server.log().split("too many clients|remaining connection slots", -1))
          .hasSizeLessThan(120);
    }
  }

  private static void awaitIdleFor(String process, Duration time) {
    await()
        .until(
            () ->
                server
                    .queryOne(
                        "SELECT now() - state_change > interval '"
                            + time.toMillis()
                            + " ms' FROM pg_stat_activity WHERE pid = "
                            + process)
                    .equals("t"));
  }

  private static void signal(String name, String process) throws IOException, InterruptedException {
    assertThat(new ProcessBuilder("kill", "-" + name, process).start().waitFor()).isZero();
  }

  private static Pool pool(RunningPostern postern) {
    return postern.server().pools().all().iterator().next();
  }

  private static List<String> processes() {
    return Pools.processes(server, ROLE);
  }

  private static void awaitProcesses(int number) {
    Pools.expectProcesses(server, ROLE, number);
  }

  private static WireClient wire(RunningPostern postern) {
    return Way.through(postern, ROLE).wire();
  }

  private static RunningPostern pool(Consumer<Pooling.Settings> settings) {
    return Pools.before(server, Pooling.TRANSACTION.with(settings), ROLE);
  }
}
