package dev.postern.it.pooling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.api.routing.Pooling;
import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Nothing of one client is seen by another that uses the same server connection later, whatever it
 * did and however it ended. For longer hunts set {@code postern.it.hunt.seconds}, to repeat one
 * {@code postern.it.hunt.seed}.
 */
final class LeakHuntIT {
  private static final String ROLE = "hunter";
  private static final int POOL = 2;
  private static final int AT_ONCE = 6;

  private static final Duration TIME =
      Duration.ofSeconds(Integer.getInteger("postern.it.hunt.seconds", 20)).dividedBy(2);
  private static final long SEED = Long.getLong("postern.it.hunt.seed", System.nanoTime());

  private static PostgresServer server;

  @BeforeAll
  static void prepareTheGround() {
    server = PostgresServer.builder().setting("fsync", "off").start(); // for more handovers
    server.createRole(ROLE, Pools.PASSWORD);
    server.execute(
        "ALTER ROLE hunter SUPERUSER",
        "CREATE ROLE hunted",
        "CREATE ROLE hunt_group",
        "GRANT hunt_group TO hunter, hunted",
        "CREATE TABLE hunting_ground (a int)",
        "SELECT lo_create(4711)",
        "GRANT SELECT ON LARGE OBJECT 4711 TO PUBLIC");
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @ParameterizedTest
  @EnumSource(
      value = Pooling.Mode.class,
      names = {"SESSION", "TRANSACTION"})
  void findsNothingOfOtherClients(Pooling.Mode mode) throws InterruptedException {
    AtomicInteger clients = new AtomicInteger();
    Shouts shouts = new Shouts();
    Tally tally = new Tally();
    Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    Pooling pooling = Pooling.TRANSACTION.with(pool -> pool.mode(mode).size(POOL));
    try (RunningPostern postern = Pools.before(server, pooling, ROLE)) {
      Way way = Way.through(postern, ROLE);
      Map<Trace, String> fresh = fresh();
      long deadline = System.nanoTime() + TIME.toNanos();
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < AT_ONCE; i++) {
        threads.add(
            Thread.ofVirtual()
                .start(
                    () -> {
                      while (System.nanoTime() < deadline && failures.isEmpty()) {
                        hunt(way, clients.incrementAndGet(), fresh, shouts, tally, failures);
                      }
                    }));
      }
      for (Thread thread : threads) {
        thread.join();
      }
      Report.say(
          "leak hunt, %s: seed %d, %d clients, left behind and seen: %s"
              .formatted(mode, SEED, clients.get(), tally));
      assertThat(failures.peek()).as("seed %d", SEED).isNull();
      assertThat(shouts.heardThoughUndone()).as("seed %d", SEED).isEmpty();
      await()
          .atMost(Duration.ofSeconds(20))
          .untilAsserted(() -> assertThat(connections()).isLessThanOrEqualTo(POOL));
      await().until(() -> postern.server().registry().sessions().isEmpty());
    }
    await().atMost(Duration.ofSeconds(20)).until(() -> connections() == 0);
    assertThat(tally.of("looks")).isGreaterThan(50);
    assertThat(tally.of("notifications")).isPositive();
  }

  private static void hunt(
      Way way,
      int number,
      Map<Trace, String> fresh,
      Shouts shouts,
      Tally tally,
      Queue<Throwable> failures) {
    try (WireClient client = WireClient.connect(way.address())) {
      client.patience(Duration.ofSeconds(40));
      client.login(ROLE, Pools.PASSWORD, "postgres");
      new Hunter(number, client, Trace.seeded(SEED, number), fresh, shouts, tally).live();
    } catch (AssertionError | RuntimeException e) {
      failures.add(e);
    }
  }

  /** What a look at an untouched session shows. */
  private static Map<Trace, String> fresh() {
    try (WireClient client = Way.direct(server, ROLE).wire()) {
      List<String> values =
          client.query(Trace.LOOK).stream()
              .filter(message -> message.type() == 'D')
              .map(WireMessage::values)
              .findFirst()
              .orElseThrow();
      return Trace.seen(values);
    }
  }

  private static int connections() {
    return Integer.parseInt(
        server.queryOne("SELECT count(*) FROM pg_stat_activity WHERE usename = '" + ROLE + "'"));
  }
}
