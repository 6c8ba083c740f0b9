package dev.postern.it.pooling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.api.routing.Pooling;
import dev.postern.it.Descriptors;
import dev.postern.proxy.pool.Pool;
import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Connections that are killed, replaced, retired, cancelled and lent to other event loops, and
 * clients that come and go in the middle of it: nobody hangs or gets another one's answer, and what
 * is counted at the end is what is there. For longer churns set {@code postern.it.churn.seconds},
 * for the same moves {@code postern.it.churn.seed}.
 */
final class PoolChurnIT {
  private static final String ROLE = "churn_role";
  private static final Duration TIME =
      Duration.ofSeconds(Integer.getInteger("postern.it.churn.seconds", 8));
  private static final long SEED =
      Long.getLong("postern.it.churn.seed", System.nanoTime() % 1_000_000);
  private static final int CLIENTS = 12;

  private record Result(int right, int ended) {}

  @ParameterizedTest
  @EnumSource(names = {"SESSION", "TRANSACTION"})
  void countsWhatThereIs(Pooling.Mode mode) throws Exception {
    Pooling pooling =
        Pooling.TRANSACTION.with(
            pool ->
                pool.mode(mode)
                    .size(3)
                    .minimum(1)
                    .reserve(1)
                    .reserveAfter(Duration.ofMillis(100))
                    .connectionsPerRole(4)
                    .lifetime(Duration.ofMillis(300))
                    .idleTimeout(Duration.ofMillis(100))
                    .checkAfter(Duration.ofMillis(50)));
    try (PostgresServer server = PostgresServer.builder().start();
        RunningPostern postern =
            RunningPostern.builder()
                .backend(server, pooling)
                .setting("network.event-loops", 3)
                .start();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Pools.createRole(server, postern, ROLE);
      Descriptors.expectNoneLeft(postern, () -> churnAndCount(server, postern, threads));
    }
  }

  private static void churnAndCount(
      PostgresServer server, RunningPostern postern, ExecutorService threads) throws Exception {
    long end = System.nanoTime() + TIME.toNanos();
    List<Callable<Result>> work = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      int number = i;
      work.add(() -> converse(postern, number, new Random(SEED + number), end));
    }
    Future<?> churn = threads.submit(() -> churn(server, postern, new Random(SEED), end));
    int right = 0;
    int ended = 0;
    for (Future<Result> done : threads.invokeAll(work)) {
      right += done.get().right();
      ended += done.get().ended();
    }
    churn.get();
    Report.say("churn of pools: seed %d, %d answers, %d ends".formatted(SEED, right, ended));
    assertThat(right).isGreaterThan(100);
    await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> expectNothingLeft(server, postern));
    try (WireClient client = Way.through(postern, ROLE).wire()) {
      Pools.expectServed(client, 10);
    }
  }

  private static void expectNothingLeft(PostgresServer server, RunningPostern postern) {
    assertThat(postern.server().registry().sessions()).isEmpty();
    assertThat(postern.server().registry().logins()).isZero();
    int open = 0;
    for (Pool pool : postern.server().pools().all()) {
      assertThat(pool.waiting()).isZero();
      assertThat(pool.opening()).isZero();
      assertThat(pool.sessions()).isZero();
      assertThat(pool.idle()).isEqualTo(pool.open());
      open += pool.open();
    }
    assertThat(open).isBetween(0, 1).isEqualTo(Pools.processes(server, ROLE).size());
  }

  /** Transactions and queries, in sessions that end in every way. */
  private static Result converse(RunningPostern postern, int number, Random random, long end) {
    int right = 0;
    int ended = 0;
    for (int session = 0; System.nanoTime() < end; session++) {
      WireClient client = WireClient.connect(postern.address());
      client.patience(Duration.ofSeconds(30));
      try {
        WireClient.Greeting greeting = client.login(ROLE, Pools.PASSWORD, "postgres");
        for (int i = random.nextInt(20); i > 0 && System.nanoTime() < end; i--) {
          String mine = "client %d session %d query %d".formatted(number, session, i);
          boolean transaction = random.nextInt(3) == 0;
          String sql = "SELECT '%s' FROM pg_sleep(%d / 1000.0)".formatted(mine, random.nextInt(10));
          client.send(
              FrontendPackets.query(transaction ? "BEGIN" : "SELECT 1"),
              FrontendPackets.query(sql),
              FrontendPackets.query(transaction ? "COMMIT" : "SELECT 2"));
          if (random.nextInt(10) == 0) {
            WireClient.cancel(postern.address(), greeting);
          }
          if (random.nextInt(30) == 0) {
            break; // in the middle of it
          }
          right += expectAnswers(client, mine);
        }
        if (random.nextBoolean()) {
          client.send(FrontendPackets.terminate());
          client.close();
        } else {
          client.reset();
        }
      } catch (UncheckedIOException | EndedException e) {
        ended++;
        client.close();
      }
    }
    return new Result(right, ended);
  }

  /** Three of them, of which an error may take the place of the second one. */
  private static int expectAnswers(WireClient client, String mine) {
    int right = 0;
    for (int ready = 0; ready < 3; ) {
      WireMessage message = client.receive();
      switch (message.type()) {
        case 'Z' -> ready++;
        case 'D' -> {
          if (ready == 1) {
            assertThat(message.values()).containsExactly(mine);
            right++;
          }
        }
        case 'E' -> {
          if (message.severity().equals("FATAL")) {
            assertThat(message.sqlState()).isIn("57P01", "08006", "08001", "53300", "57014");
            throw new EndedException();
          }
          assertThat(message.sqlState()).isEqualTo("57014");
        }
        default -> {}
      }
    }
    return right;
  }

  private static final class EndedException extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private static @Nullable Void churn(
      PostgresServer server, RunningPostern postern, Random random, long end)
      throws InterruptedException {
    while (System.nanoTime() < end) {
      if (random.nextInt(4) == 0) {
        postern.users().setEnabled(ROLE, true); // retires what was opened with its credentials
      } else {
        List<String> processes = Pools.processes(server, ROLE);
        if (!processes.isEmpty()) {
          String one = processes.get(random.nextInt(processes.size()));
          server.query("SELECT pg_terminate_backend(" + one + ")");
        }
      }
      TimeUnit.MILLISECONDS.sleep(random.nextInt(100));
    }
    return null;
  }
}
