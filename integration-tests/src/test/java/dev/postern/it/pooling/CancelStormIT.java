package dev.postern.it.pooling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.PosternCluster;
import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * A cancel ends a query of the client that asked for it, or nothing. For longer storms set {@code
 * postern.it.storm.seconds}, for larger ones {@code postern.it.storm.clients} and {@code
 * postern.it.storm.pool}, to repeat one {@code postern.it.storm.seed}.
 */
final class CancelStormIT {
  private static final String ROLE = "storm_role";
  private static final int POOL = Integer.getInteger("postern.it.storm.pool", 4);
  private static final int CLIENTS = Integer.getInteger("postern.it.storm.clients", 100);
  private static final int JDBC_CLIENTS = 10;

  private static final Duration TIME =
      Duration.ofSeconds(Integer.getInteger("postern.it.storm.seconds", 10));
  private static final long SEED = Long.getLong("postern.it.storm.seed", System.nanoTime());

  private static PostgresServer server;

  @BeforeAll
  static void createRole() {
    server = PostgresServer.builder().setting("max_connections", "200").start();
    server.createRole(ROLE, Pools.PASSWORD);
    server.execute("CREATE TABLE waited (id int)", "GRANT ALL ON waited TO " + ROLE);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void neverHitsAnotherClientsQuery() throws InterruptedException {
    try (RunningPostern postern = pooled(POOL)) {
      storm(Way.through(postern, ROLE));
      await().until(() -> postern.server().registry().sessions().isEmpty());
    }
  }

  /** Each connection reaches the next node, be it a client's or its cancel request's. */
  @Test
  void neverHitsAnotherClientsQueryWithTwoNodes() throws InterruptedException {
    try (PosternCluster cluster =
        PosternCluster.start(
            2, node -> RunningPostern.builder().backend(server, Pools.transactions(POOL)))) {
      cluster.importUser(server, ROLE);
      storm(new Way(cluster.address(), ROLE));
      for (RunningPostern node : cluster.nodes()) {
        await().until(() -> node.server().registry().sessions().isEmpty());
      }
      int passedOn = cluster.doorTo(1).connections() + cluster.doorTo(2).connections();
      Report.say("cancel storm: %d connections passed on".formatted(passedOn));
      assertThat(passedOn).isGreaterThan(100);
    }
  }

  private static void storm(Way way) throws InterruptedException {
    Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    Queue<StormClient.Count> counts = new ConcurrentLinkedQueue<>();
    long deadline = System.nanoTime() + TIME.toNanos();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      int number = i;
      threads.add(
          start(
              failures,
              () -> {
                try (StormClient client =
                    new StormClient(way, number, Trace.seeded(SEED, number))) {
                  counts.add(client.storm(deadline));
                }
              }));
    }
    for (int i = 0; i < JDBC_CLIENTS; i++) {
      int number = CLIENTS + i;
      threads.add(start(failures, () -> counts.add(jdbcStorm(way, number, deadline))));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    StormClient.Count all =
        counts.stream().reduce(new StormClient.Count(0, 0, 0), StormClient.Count::plus);
    Report.say(
        "cancel storm: seed %d, %d sessions, %s".formatted(SEED, CLIENTS + JDBC_CLIENTS, all));
    assertThat(failures.peek()).as("seed %d", SEED).isNull();
    assertThat(all.cancelled()).isGreaterThan(20);
    assertThat(all.queries()).isGreaterThan(500);
  }

  /** It waits for the answer before it sends its Sync. */
  @Test
  void tellsAClientInTheQueueThatHasFlushedItsPipeline() {
    cancelInTheQueue(
        FrontendPackets.flush(),
        waiting -> {
          assertThat(waiting.receive().sqlState()).isEqualTo("57014");
          waiting.send(FrontendPackets.query("SELECT 'skipped'"), FrontendPackets.sync());
          waiting.expect('Z');
        });
  }

  @Test
  void tellsAClientInTheQueueWhoseSyncComesLater() {
    cancelInTheQueue(
        Arrays.copyOf(FrontendPackets.sync(), 3),
        waiting -> {
          waiting.send(Arrays.copyOfRange(FrontendPackets.sync(), 3, 5));
          assertThat(waiting.receiveUntil('E').getLast().sqlState()).isEqualTo("57014");
          waiting.expect('Z');
        });
  }

  /** What is still to come of it is not waited for. */
  @Test
  void tellsAClientInTheQueueInTheMiddleOfALargeQuery() {
    byte[] query = FrontendPackets.query("SELECT 1 /* %s */".formatted("x".repeat(2 << 20)));
    cancelInTheQueue(
        Arrays.copyOf(query, 100_000),
        waiting -> {
          assertThat(waiting.receiveUntil('E').getLast().sqlState()).isEqualTo("57014");
          waiting.expect('Z');
          waiting.send(Arrays.copyOfRange(query, 100_000, query.length));
        });
  }

  /**
   * Cancels what a client waits for that has sent the beginning of a pipeline; behind it all, it is
   * served.
   *
   * @param more what it has sent so far behind Parse, Bind, Describe and Execute, or instead
   */
  private static void cancelInTheQueue(byte[] more, Consumer<WireClient> expectation) {
    try (RunningPostern postern = pooled(1);
        WireClient waiting = WireClient.connect(postern.address())) {
      WireClient.Greeting key = waiting.login(ROLE, Pools.PASSWORD, "postgres");
      try (WireClient holder = Way.through(postern, ROLE).wire()) {
        holder.query("BEGIN");
        if (more[0] != 'Q') {
          waiting.send(FrontendPackets.unnamed("SELECT 1"));
        }
        waiting.send(more);
        await()
            .until(
                () ->
                    postern.server().registry().sessions().stream()
                        .anyMatch(session -> session.relay().isWaiting()));
        WireClient.cancel(postern.address(), key);
        expectation.accept(waiting);
        holder.query("COMMIT");
        assertThat(waiting.queryOne("SELECT 'served'")).isEqualTo("served");
      }
    }
  }

  @Test
  void takesAClientOutOfTheQueue() {
    try (RunningPostern postern = pooled(1)) {
      Way way = Way.through(postern, ROLE);
      try (WireClient holder = way.wire();
          WireClient waiting = WireClient.connect(way.address());
          WireClient next = way.wire()) {
        WireClient.Greeting greeting = waiting.login(ROLE, Pools.PASSWORD, "postgres");
        holder.query("BEGIN");
        waiting.send(
            FrontendPackets.query("INSERT INTO waited SELECT 1 FROM pg_sleep(60)"),
            FrontendPackets.query("SELECT 'the next one'"));
        next.send(FrontendPackets.query("SELECT 'was behind'"));
        await()
            .untilAsserted(
                () -> {
                  WireClient.cancel(way.address(), greeting);
                  assertThat(waiting.isAtEnd()).isFalse();
                });
        WireMessage error = waiting.receiveUntil('E').getLast();
        assertThat(error.sqlState()).isEqualTo("57014");
        assertThat(error.severity()).isEqualTo("ERROR");
        waiting.receiveUntil('Z');
        holder.query("COMMIT");
        assertThat(Pools.value(waiting.receiveUntil('Z'))).isEqualTo("the next one");
        assertThat(Pools.value(next.receiveUntil('Z'))).isEqualTo("was behind");
        assertThat(server.query("SELECT id FROM waited")).isEmpty();
      }
    }
  }

  /** pgjdbc's own cancel, from another thread. */
  private static StormClient.Count jdbcStorm(Way way, int number, long deadline)
      throws SQLException, InterruptedException {
    Random random = Trace.seeded(SEED, number);
    AtomicInteger requests = new AtomicInteger();
    int queries = 0;
    int cancelled = 0;
    try (Connection connection = way.jdbc();
        Statement statement = connection.createStatement()) {
      while (System.nanoTime() < deadline) {
        queries++;
        boolean mayBeCancelled = random.nextInt(3) == 0;
        Thread canceller = null;
        if (mayBeCancelled) {
          long delay = Duration.ofMillis(random.nextInt(30)).toNanos();
          canceller =
              Thread.ofVirtual()
                  .start(
                      () -> {
                        LockSupport.parkNanos(delay);
                        requests.incrementAndGet();
                        cancel(statement);
                      });
        }
        String tag = "client %d, query %d".formatted(number, queries);
        try (ResultSet rows =
            statement.executeQuery(
                "SELECT '%s' FROM pg_sleep(%s)".formatted(tag, random.nextInt(20) / 1000.0))) {
          rows.next();
          assertThat(rows.getString(1)).isEqualTo(tag);
        } catch (SQLException e) {
          if (!mayBeCancelled || !"57014".equals(e.getSQLState())) {
            throw e;
          }
          cancelled++;
        }
        if (canceller != null) {
          canceller.join();
        }
      }
    }
    return new StormClient.Count(queries, requests.get(), cancelled);
  }

  private static void cancel(Statement statement) {
    try {
      statement.cancel();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static RunningPostern pooled(int size) {
    RunningPostern postern =
        RunningPostern.builder()
            .backend(server, Pools.transactions(size))
            .setting("limits.logins", 2 * (CLIENTS + JDBC_CLIENTS)) // all come at once
            .start();
    postern.importUser(server, ROLE);
    return postern;
  }

  private static Thread start(Queue<Throwable> failures, Storm storm) {
    return Thread.ofVirtual()
        .start(
            () -> {
              try {
                storm.run();
              } catch (Throwable e) {
                failures.add(e);
              }
            });
  }

  @FunctionalInterface
  private interface Storm {
    void run() throws Exception;
  }
}
