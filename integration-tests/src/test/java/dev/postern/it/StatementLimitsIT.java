package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;

import dev.postern.api.message.Query;
import dev.postern.api.routing.Pooling;
import dev.postern.plugins.limits.LimitsFactory;
import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.ProgramRun;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postgresql.PGConnection;

/** What the plugin limits does to real clients before a real server. */
final class StatementLimitsIT {
  private static final String ROLE = "limited_role";
  private static final String NEIGHBOUR = "limited_neighbour";

  enum Mode {
    SESSION,
    TRANSACTION;

    Pooling pooling() {
      return this == SESSION ? Pooling.SESSION : Pooling.TRANSACTION.with(pool -> pool.size(4));
    }
  }

  @BeforeAll
  static void createRoles() {
    Gateways.server().createRole(ROLE, Gateways.PASSWORD);
    Gateways.server().createRole(NEIGHBOUR, Gateways.PASSWORD);
  }

  private static final AtomicInteger SEEN = new AtomicInteger();

  private static RunningPostern with(Mode mode, Map<String, Object> limit) {
    SEEN.set(0);
    RunningPostern postern =
        RunningPostern.builder()
            .backend(Gateways.server(), mode.pooling())
            .interceptor(
                "seen",
                (_, interests) ->
                    interests.observeFrontend(Query.class, _ -> SEEN.incrementAndGet()))
            .interceptor("limits", new LimitsFactory(), Map.of("limits", List.of(limit)))
            .start();
    postern.importUser(Gateways.server(), ROLE);
    postern.importUser(Gateways.server(), NEIGHBOUR);
    return postern;
  }

  private static WireClient client(RunningPostern postern, String role) {
    WireClient client = WireClient.connect(postern.address());
    client.login(role, Gateways.PASSWORD, "postgres");
    return client;
  }

  @ParameterizedTest
  @EnumSource
  void psqlIsToldWhichLimitAndWhenToTryAgain(Mode mode) {
    try (RunningPostern postern =
        with(
            mode,
            Map.of(
                "name",
                "few",
                "by",
                List.of("user"),
                "statements",
                Map.of("rate", 2, "per", "1h")))) {
      ProgramRun run =
          Psql.through(postern, ROLE)
              .with("-v", "ON_ERROR_STOP=0", "-v", "VERBOSITY=verbose")
              .with("-c", "SELECT 1", "-c", "SELECT 2", "-c", "SELECT 3")
              .run();

      assertThat(run.output()).contains("1\n2\n");
      assertThat(run.errors())
          .contains(
              "ERROR:  53400: limit \"few\" is reached: 2 statements per hour for user"
                  + " \"limited_role\"; try again in 1800 s");
      try (WireClient neighbour = client(postern, NEIGHBOUR)) {
        assertThat(neighbour.queryOne("SELECT 'served'")).isEqualTo("served");
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void pgbenchRunsAsFastAsItMayWhereStatementsWait(Mode mode, @TempDir Path directory)
      throws Exception {
    Path script = Files.writeString(directory.resolve("one.sql"), "SELECT 1;\n");
    try (RunningPostern postern =
        with(
            mode,
            Map.of(
                "name",
                "paced",
                "statements",
                Map.of("rate", 50, "burst", 1),
                "action",
                "delay"))) {
      long began = System.nanoTime();
      ProgramRun run =
          Psql.program("pgbench", postern, ROLE)
              .with("-n", "-c", "4", "-t", "25", "-M", "prepared", "-f", script.toString())
              .run()
              .expectSuccess();
      double seconds = (System.nanoTime() - began) / 1e9;

      assertThat(run.output()).contains("100/100");
      // 100 statements, the first at once; a busy machine may only be slower.
      assertThat(seconds).isBetween(99 / 50.0 - 0.05, 6.0);
    }
  }

  @ParameterizedTest
  @EnumSource
  void pgjdbcGoesOnAfterARefusedBatch(Mode mode) throws Exception {
    try (RunningPostern postern =
            with(
                mode,
                Map.of(
                    "name",
                    "inserts",
                    "match",
                    Map.of("statement", List.of("insert")),
                    "statements",
                    Map.of("rate", 3, "per", "1h")));
        Connection connection = Gateways.connect(postern, ROLE)) {
      connection.setAutoCommit(false);
      Sql.run(connection, "CREATE TEMP TABLE t (x int)");
      connection.commit();
      try (PreparedStatement insert = connection.prepareStatement("INSERT INTO t VALUES (?)")) {
        for (int i = 0; i < 5; i++) {
          insert.setInt(1, i);
          insert.addBatch();
        }
        assertThatThrownBy(insert::executeBatch)
            .isInstanceOfSatisfying(
                SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("53400"))
            .hasMessageContaining("limit \"inserts\" is reached: 3 statements per hour");
      }
      connection.rollback();
      try (var rows = connection.createStatement().executeQuery("SELECT count(*) FROM t")) {
        rows.next();
        assertThat(rows.getInt(1)).isZero();
      }
      connection.commit();
    }
  }

  @ParameterizedTest
  @EnumSource
  void rowsOfOneStatementRefuseTheNext(Mode mode) {
    try (RunningPostern postern =
            with(mode, Map.of("name", "rows", "rows", Map.of("rate", 100, "per", "1h")));
        WireClient client = client(postern, ROLE)) {
      assertThat(WireMessage.types(client.query("SELECT generate_series(1, 1000)")))
          .endsWith("DCZ");
      List<WireMessage> refused = client.query("SELECT 1");
      assertThat(WireMessage.types(refused)).isEqualTo("EZ");
      assertThat(refused.getFirst().sqlState()).isEqualTo("53400");
      assertThat(refused.getFirst().text()).contains("100 rows per hour");
    }
  }

  @ParameterizedTest
  @EnumSource
  void copyDataIsRefusedInTheMiddle(Mode mode) throws Exception {
    try (RunningPostern postern =
            with(mode, Map.of("name", "load", "sent-bytes", Map.of("rate", "64KiB", "per", "1h")));
        Connection connection = Gateways.connect(postern, ROLE);
        Connection neighbour = Gateways.connect(postern, NEIGHBOUR)) {
      Sql.run(connection, "CREATE TEMP TABLE t (x text)");
      var copy = connection.unwrap(PGConnection.class).getCopyAPI();
      String lines = ("x".repeat(1000) + "\n").repeat(1000);
      assertThatThrownBy(() -> copy.copyIn("COPY t FROM STDIN", new StringReader(lines)))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("53400"))
          .hasMessageContaining("limit \"load\" is reached: 64KiB sent per hour");
      assertThatThrownBy(() -> Sql.run(neighbour, "SELECT 1")).hasMessageContaining("\"load\"");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aClientThatDiesGivesItsPlaceBack(Mode mode) {
    try (RunningPostern postern =
            with(mode, Map.of("name", "one", "by", List.of("user"), "concurrent", 1));
        WireClient other = client(postern, ROLE)) {
      WireClient dying = client(postern, ROLE);
      dying.send(FrontendPackets.query("SELECT pg_sleep(600)"));
      await().until(() -> Sessions.active(Gateways.server(), ROLE) == 1);
      assertThat(other.query("SELECT 1").getFirst().text())
          .contains("limit \"one\" is reached: 1 running at once");
      dying.reset();
      await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> WireMessage.types(other.query("SELECT 1")).equals("TDCZ"));
    }
  }

  @ParameterizedTest
  @EnumSource
  void thoseWhoWaitForAPlaceGetItInTheirOrder(Mode mode) throws Exception {
    try (RunningPostern postern =
            with(
                mode,
                Map.of("name", "one", "concurrent", 1, "action", "delay", "max-delay", "15s"));
        WireClient first = client(postern, ROLE);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<WireClient> clients = new ArrayList<>();
      List<Future<Long>> done = new ArrayList<>();
      first.send(FrontendPackets.query("SELECT pg_sleep(2)"));
      await().until(() -> Sessions.active(Gateways.server(), ROLE) == 1);
      for (int i = 0; i < 5; i++) {
        WireClient client = client(postern, NEIGHBOUR);
        clients.add(client);
        client.send(FrontendPackets.query("SELECT pg_sleep(0.1), clock_timestamp()::text"));
        await().untilAtomic(SEEN, equalTo(i + 2));
        done.add(
            threads.submit(
                () -> {
                  client.receiveUntil('Z');
                  return System.nanoTime();
                }));
      }
      first.receiveUntil('Z');
      List<Long> ends = new ArrayList<>();
      for (Future<Long> each : done) {
        ends.add(each.get(20, TimeUnit.SECONDS));
      }
      assertThat(ends).isSorted();
      clients.forEach(WireClient::close);
    }
  }
}
