package dev.postern.it.pooling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.proxy.pool.Pool;
import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import io.netty.channel.EventLoop;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One pool that serves clients on several event loops, and has fewer connections than these. */
final class EventLoopsIT {
  private static final String ROLE = "event_loops_role";
  private static final int CLIENTS = 12;
  private static final int ROUNDS = 300;

  @ParameterizedTest(name = "by {0}")
  @ValueSource(strings = {"nio", "auto"})
  void serveEveryClientWithItsOwnAnswers(String transport) throws Exception {
    try (PostgresServer server = PostgresServer.builder().start();
        RunningPostern postern =
            RunningPostern.builder()
                .backend(server, Pools.transactions(2))
                .setting("network.event-loops", 3)
                .setting("network.transport", transport)
                .start();
        ExecutorService clients = Executors.newCachedThreadPool()) {
      Pools.createRole(server, postern, ROLE);
      Way way = Way.through(postern, ROLE);
      List<Callable<Integer>> work = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        int number = i;
        work.add(() -> converse(way, number));
      }
      int answers = 0;
      for (Future<Integer> done : clients.invokeAll(work)) {
        answers += done.get();
      }
      assertThat(answers).isEqualTo(CLIENTS * ROUNDS);
      Pool pool = postern.server().pools().all().iterator().next();
      assertThat(pool.open()).isBetween(1, 2);
      await().atMost(Duration.ofSeconds(5)).until(() -> pool.idle() == pool.open());
      assertThat(pool.waiting()).isZero();
    }
  }

  private static int converse(Way way, int number) throws Exception {
    int right = 0;
    String name = "client" + number;
    try (Connection connection =
            way.jdbc(Map.of("prepareThreshold", "1", "ApplicationName", name));
        PreparedStatement statement =
            connection.prepareStatement(
                "SELECT ?::int, current_setting('application_name'), repeat('x', ?)")) {
      for (int round = 0; round < ROUNDS; round++) {
        connection.setAutoCommit(round % 3 != 0);
        statement.setInt(1, number * 10_000 + round);
        statement.setInt(2, round % 50 == 0 ? 200_000 : 10);
        try (ResultSet rows = statement.executeQuery()) {
          assertThat(rows.next()).isTrue();
          assertThat(rows.getInt(1)).isEqualTo(number * 10_000 + round);
          assertThat(rows.getString(2)).isEqualTo(name);
          assertThat(rows.getString(3)).hasSize(round % 50 == 0 ? 200_000 : 10);
          right++;
        }
        if (round % 3 == 0) {
          try (Statement second = connection.createStatement();
              ResultSet rows = second.executeQuery("SELECT " + round)) {
            assertThat(rows.next()).isTrue();
            assertThat(rows.getInt(1)).isEqualTo(round);
          }
          connection.commit();
        }
      }
    }
    return right;
  }

  /** Those who ask at the same time are not sent to the same loop for the one that idles there. */
  @Test
  void lendEachOtherAllThatIdles() throws Exception {
    int loops = 4;
    try (PostgresServer server = PostgresServer.builder().start();
        RunningPostern postern =
            RunningPostern.builder()
                .backend(server, Pools.transactions(loops))
                .setting("network.event-loops", loops)
                .start()) {
      Pools.createRole(server, postern, ROLE);
      Map<EventLoop, List<WireClient>> clients = new LinkedHashMap<>();
      Set<String> known = new HashSet<>();
      while (clients.size() < loops || clients.values().iterator().next().size() < loops) {
        WireClient client = Way.through(postern, ROLE).wire();
        clients
            .computeIfAbsent(loopOfTheNewest(postern, known), loop -> new ArrayList<>())
            .add(client);
      }
      // One connection on each loop, beginning with the one where the first login has opened it.
      clients.values().forEach(each -> each.getFirst().query("BEGIN"));
      clients.values().forEach(each -> each.getFirst().query("COMMIT"));
      Pool pool = postern.server().pools().all().iterator().next();
      List<WireClient> together = clients.values().iterator().next().subList(0, loops);
      List<EventLoop> others = new ArrayList<>(clients.keySet()).subList(1, loops);
      Duration shortest = Duration.ofDays(1);
      for (int round = 0; round < 5; round++) {
        await().until(() -> pool.idle() == loops);
        CountDownLatch asked = new CountDownLatch(1);
        others.forEach(loop -> loop.execute(() -> hold(asked)));
        together.forEach(client -> client.send(FrontendPackets.query("BEGIN")));
        await().pollInterval(Duration.ofMillis(1)).until(() -> pool.waiting() == loops - 1);
        long begin = System.nanoTime();
        asked.countDown();
        together.forEach(client -> client.receiveUntil('Z'));
        Duration took = Duration.ofNanos(System.nanoTime() - begin);
        shortest = took.compareTo(shortest) < 0 ? took : shortest;
        together.forEach(client -> client.query("COMMIT"));
      }
      assertThat(shortest).isLessThan(Duration.ofMillis(40));
      clients.values().forEach(each -> each.forEach(WireClient::close));
    }
  }

  private static EventLoop loopOfTheNewest(RunningPostern postern, Set<String> known) {
    return postern.server().registry().sessions().stream()
        .filter(session -> known.add(session.id()))
        .map(session -> session.relay().eventLoop())
        .findAny()
        .orElseThrow();
  }

  private static void hold(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
