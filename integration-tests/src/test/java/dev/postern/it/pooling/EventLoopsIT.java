package dev.postern.it.pooling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.proxy.pool.Pool;
import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.RunningPostern;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
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
}
