package dev.postern.it;

import static dev.postern.it.AuditedGateway.ROLE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.postern.it.AuditedGateway.Mode;
import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.WireClient;
import jakarta.json.JsonObject;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postgresql.PGConnection;
import org.postgresql.largeobject.LargeObjectManager;

/** Everything that clients do is in the audit log, once and in its order. */
final class AuditIT {
  private static final int PIPELINES = 40;

  @TempDir Path home;

  @BeforeAll
  static void createRole() {
    AuditedGateway.createRole();
  }

  @FunctionalInterface
  private interface Work {
    void with(Connection connection) throws Exception;
  }

  private List<String> of(Mode mode, Map<String, String> properties, Work work) throws Exception {
    AuditedGateway gateway = AuditedGateway.start(home, mode, Map.of());
    try (gateway;
        Connection connection = Gateways.connect(gateway.postern(), ROLE, properties)) {
      work.with(connection);
    }
    assertThat(gateway.verify().findings()).isEmpty();
    return gateway.statements();
  }

  @ParameterizedTest
  @EnumSource
  void pgjdbcWithSimpleQueries(Mode mode) throws Exception {
    assertThat(
            of(
                mode,
                Map.of("preferQueryMode", "simple"),
                connection -> {
                  Sql.run(connection, "SELECT generate_series(1, 3); SELECT 1");
                  assertThatThrownBy(() -> Sql.run(connection, "SELEC 1"))
                      .isInstanceOf(SQLException.class);
                }))
        .containsExactly(
            "completed SELECT 3, completed SELECT 1: SELECT generate_series(1, 3); SELECT 1",
            "failed 42601: SELEC 1");
  }

  @ParameterizedTest
  @EnumSource
  void pgjdbcWithPreparedStatementsCursorsAndBatches(Mode mode) throws Exception {
    assertThat(
            of(
                mode,
                Map.of("prepareThreshold", "1"),
                connection -> {
                  try (PreparedStatement one = connection.prepareStatement("SELECT ?::int")) {
                    for (int i = 1; i <= 3; i++) {
                      one.setInt(1, i);
                      one.executeQuery().close();
                    }
                  }
                  connection.setAutoCommit(false);
                  try (Statement statement = connection.createStatement()) {
                    statement.setFetchSize(10);
                    var rows = statement.executeQuery("SELECT generate_series(1, 15)");
                    while (rows.next()) {
                      rows.getInt(1);
                    }
                  }
                  Sql.run(connection, "CREATE TEMP TABLE t (x int PRIMARY KEY) ON COMMIT DROP");
                  try (PreparedStatement insert =
                      connection.prepareStatement("INSERT INTO t VALUES (?)")) {
                    for (int x : new int[] {1, 1, 3}) {
                      insert.setInt(1, x);
                      insert.addBatch();
                    }
                    assertThatThrownBy(insert::executeBatch)
                        .isInstanceOf(BatchUpdateException.class);
                  }
                  connection.rollback();
                }))
        .containsExactly(
            "completed SELECT 1: SELECT $1::int",
            "completed SELECT 1: SELECT $1::int",
            "completed SELECT 1: SELECT $1::int",
            "completed BEGIN: BEGIN",
            "suspended: SELECT generate_series(1, 15)",
            "completed SELECT 5: SELECT generate_series(1, 15)",
            "completed CREATE TABLE: CREATE TEMP TABLE t (x int PRIMARY KEY) ON COMMIT DROP",
            "completed INSERT 0 1: INSERT INTO t VALUES ($1)",
            "failed 23505: INSERT INTO t VALUES ($1)",
            "skipped: INSERT INTO t VALUES ($1)",
            "completed ROLLBACK: ROLLBACK");
  }

  @ParameterizedTest
  @EnumSource
  void preparedStatementsBesideNamesOfSql(Mode mode) throws Exception {
    assertThat(
            of(
                mode,
                Map.of("prepareThreshold", "1"),
                connection -> {
                  try (PreparedStatement one = connection.prepareStatement("SELECT ?::int")) {
                    for (String sql :
                        List.of(
                            "DECLARE c CURSOR WITH HOLD FOR SELECT 1",
                            "CLOSE c",
                            "PREPARE other AS SELECT 2",
                            "EXECUTE other",
                            "DEALLOCATE other",
                            "DEALLOCATE ALL")) {
                      one.setInt(1, 1);
                      one.executeQuery().close();
                      Sql.run(connection, sql);
                    }
                  }
                }))
        .containsExactly(
            "completed SELECT 1: SELECT $1::int",
            "completed DECLARE CURSOR: DECLARE c CURSOR WITH HOLD FOR SELECT 1",
            "completed SELECT 1: SELECT $1::int",
            "completed CLOSE CURSOR: CLOSE c",
            "completed SELECT 1: SELECT $1::int",
            "completed PREPARE: PREPARE other AS SELECT 2",
            "completed SELECT 1: SELECT $1::int",
            "completed SELECT 1: EXECUTE other",
            "completed SELECT 1: SELECT $1::int",
            "completed DEALLOCATE: DEALLOCATE other",
            "completed SELECT 1: SELECT $1::int",
            "completed DEALLOCATE ALL: DEALLOCATE ALL");
  }

  @ParameterizedTest
  @EnumSource
  void copyAndLargeObjects(Mode mode) throws Exception {
    AuditedGateway gateway = AuditedGateway.start(home, mode, Map.of());
    try (gateway;
        Connection connection = Gateways.connect(gateway.postern(), ROLE)) {
      connection.setAutoCommit(false);
      Sql.run(connection, "CREATE TEMP TABLE t (x text) ON COMMIT DROP");
      var copy = connection.unwrap(PGConnection.class).getCopyAPI();
      copy.copyIn("COPY t FROM STDIN", new StringReader("one\ntwo\n"));
      copy.copyOut("COPY t TO STDOUT", new StringWriter());
      var objects = connection.unwrap(PGConnection.class).getLargeObjectAPI();
      long oid = objects.createLO();
      try (var object = objects.open(oid, LargeObjectManager.WRITE)) {
        object.write(new byte[1000]);
      }
      objects.unlink(oid);
      connection.commit();
    }
    assertThat(gateway.verify().findings()).isEmpty();
    assertThat(gateway.statements())
        .contains("completed COPY 2: COPY t FROM STDIN", "completed COPY 2: COPY t TO STDOUT")
        .endsWith("completed COMMIT: COMMIT");
    assertThat(gateway.records("result"))
        .anyMatch(result -> result.getInt("bytesIn", 0) == 8)
        .anyMatch(
            result -> result.getString("tag", "").equals("COPY 2") && result.getInt("bytes") == 8);
    assertThat(gateway.records("function")).hasSizeGreaterThan(2);
  }

  @ParameterizedTest
  @EnumSource
  void psql(Mode mode) throws Exception {
    AuditedGateway gateway = AuditedGateway.start(home, mode, Map.of());
    try (gateway) {
      Psql.through(gateway.postern(), ROLE)
          .with("-c", "SELECT 1", "-c", "BEGIN", "-c", "\\copy (SELECT 2) TO '/dev/null'")
          .with("-c", "COMMIT")
          .run()
          .expectSuccess();
      Psql.through(gateway.postern(), ROLE)
          .environment("PGPASSWORD", "wrong")
          .with("-c", "SELECT 3")
          .run();
    }
    assertThat(gateway.statements())
        .containsExactly(
            "completed SELECT 1: SELECT 1",
            "completed BEGIN: BEGIN",
            "completed COPY 1: COPY  ( SELECT 2 ) TO STDOUT ",
            "completed COMMIT: COMMIT");
    assertThat(gateway.records("login")).hasSize(1);
    assertThat(gateway.records("login").getFirst().getString("application")).isEqualTo("psql");
    assertThat(gateway.records("login-refused"))
        .singleElement()
        .satisfies(
            refused -> {
              assertThat(refused.getString("user")).isEqualTo(ROLE);
              assertThat(refused.getString("sqlState")).isEqualTo("28P01");
            });
    assertThat(gateway.records("end")).hasSize(1);
    assertThat(gateway.verify().findings()).isEmpty();
  }

  /** Numbered statements in pipelines of all forms, with errors anywhere. */
  @ParameterizedTest
  @EnumSource
  void pipelinesOfSeveralClientsAtOnce(Mode mode) throws Exception {
    int clients = 3;
    AuditedGateway gateway =
        AuditedGateway.start(home, mode, Map.of("rotate", Map.of("size", "32KiB")));
    try (gateway) {
      List<Thread> threads = new ArrayList<>();
      AtomicReference<Throwable> failure = new AtomicReference<>();
      for (int i = 0; i < clients; i++) {
        Random random = new Random(i);
        threads.add(
            Thread.ofVirtual()
                .start(
                    () -> {
                      try {
                        pipelines(gateway, random);
                      } catch (Throwable e) {
                        failure.set(e);
                      }
                    }));
      }
      for (Thread thread : threads) {
        thread.join();
      }
      assertThat(failure).hasNullValue();
    }
    assertThat(gateway.verify().findings()).isEmpty();
    List<JsonObject> logins = gateway.records("login");
    assertThat(logins).hasSize(clients);
    for (JsonObject login : logins) {
      String session = login.getString("session");
      List<JsonObject> statements =
          gateway.records("statement").stream()
              .filter(record -> record.getString("session").equals(session))
              .toList();
      List<JsonObject> results =
          gateway.records("result").stream()
              .filter(record -> record.getString("session").equals(session))
              .toList();
      List<Integer> numbers = IntStream.rangeClosed(1, statements.size()).boxed().toList();
      assertThat(statements).extracting(record -> record.getInt("n")).isEqualTo(numbers);
      assertThat(results).extracting(record -> record.getInt("n")).isEqualTo(numbers);
      for (int i = 0; i < statements.size(); i++) {
        String sql = statements.get(i).getString("sql");
        assertThat(sql).contains("/* " + (i + 1) + " */");
        assertThat(results.get(i).getString("outcome"))
            .isIn(
                sql.startsWith("SELECT 1/0")
                    ? List.of("failed", "skipped")
                    : List.of("completed", "skipped"));
      }
    }
  }

  /** Each statement says as which of its session it was sent. */
  private static void pipelines(AuditedGateway gateway, Random random) {
    try (WireClient client = WireClient.connect(gateway.postern().address())) {
      client.login(ROLE, Gateways.PASSWORD, "postgres");
      int number = 0;
      for (int i = 0; i < PIPELINES; i++) {
        int ready = 0;
        for (int j = random.nextInt(5); j >= 0; j--) {
          String sql =
              (random.nextInt(4) == 0 ? "SELECT 1/0" : "SELECT 1") + " /* " + ++number + " */";
          if (random.nextBoolean()) {
            client.send(FrontendPackets.query(sql));
            ready++;
          } else {
            client.send(FrontendPackets.unnamed(sql));
            if (random.nextBoolean()) {
              sql = "SELECT 2 /* " + ++number + " */";
              client.send(FrontendPackets.unnamed(sql));
            }
            client.send(FrontendPackets.sync());
            ready++;
          }
        }
        for (; ready > 0; ready--) {
          client.receiveUntil('Z');
        }
      }
      client.send(FrontendPackets.terminate());
      client.expectEnd();
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatIsCancelledAndWhatIsAbandoned(Mode mode) throws Exception {
    AuditedGateway gateway = AuditedGateway.start(home, mode, Map.of());
    try (gateway) {
      try (WireClient client = WireClient.connect(gateway.postern().address())) {
        WireClient.Greeting key = client.login(ROLE, Gateways.PASSWORD, "postgres");
        client.send(FrontendPackets.query("SELECT pg_sleep(60)"));
        await().until(() -> Sessions.active(Gateways.server(), ROLE) == 1);
        WireClient.cancel(gateway.postern().address(), key);
        client.receiveUntil('Z');
        client.send(FrontendPackets.query("SELECT pg_sleep(61)"));
        await().until(() -> Sessions.active(Gateways.server(), ROLE) == 1);
        client.reset();
      }
      await().until(() -> gateway.records("end").size() == 1);
    }
    assertThat(gateway.statements())
        .containsExactly("failed 57014: SELECT pg_sleep(60)", "aborted: SELECT pg_sleep(61)");
    assertThat(gateway.verify().findings()).isEmpty();
  }

  /** The next file cannot be made, because there is a directory of its name. */
  @ParameterizedTest
  @EnumSource
  void statementsAreRefusedWhileNothingCanBeWritten(Mode mode) throws Exception {
    AuditedGateway gateway =
        AuditedGateway.start(home, mode, Map.of("rotate", Map.of("size", "4KiB")));
    Path next = gateway.directory().resolve("audit-00000002.jsonl");
    try (gateway;
        Connection connection = Gateways.connect(gateway.postern(), ROLE)) {
      Files.createDirectory(next);
      await()
          .untilAsserted(
              () ->
                  assertThatThrownBy(() -> Sql.run(connection, "SELECT 1"))
                      .isInstanceOfSatisfying(
                          SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("58030"))
                      .hasMessageContaining("the audit log cannot be written"));
      Files.delete(next);
      await()
          .ignoreExceptionsInstanceOf(SQLException.class)
          .untilAsserted(
              () -> assertThat(Sql.value(connection, "SELECT 'again'")).isEqualTo("again"));
    }
    assertThat(gateway.verify().findings()).isEmpty();
    assertThat(gateway.records("gap"))
        .isNotEmpty()
        .anyMatch(record -> record.getInt("refused") > 0);
    assertThat(gateway.statements()).endsWith("completed SELECT 1: SELECT 'again'");
  }

  @ParameterizedTest
  @EnumSource
  void everyStatementIsOnTheDiskBeforeItRunsWhereThatIsConfigured(Mode mode) throws Exception {
    AuditedGateway gateway = AuditedGateway.start(home, mode, Map.of("sync", "each"));
    try (gateway;
        Connection connection = Gateways.connect(gateway.postern(), ROLE)) {
      for (int i = 0; i < 20; i++) {
        String sql = "SELECT " + i;
        assertThat(Sql.value(connection, sql)).isEqualTo(Integer.toString(i));
        assertThat(gateway.records("statement"))
            .last()
            .satisfies(record -> assertThat(record.getString("sql")).isEqualTo(sql));
      }
    }
    assertThat(gateway.verify().findings()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void noSecretIsInIt(Mode mode) throws Exception {
    String secret = "not-to-be-seen-anywhere";
    AuditedGateway gateway = AuditedGateway.start(home, mode, Map.of("keep-literals", false));
    try (gateway;
        Connection connection =
            Gateways.connect(gateway.postern(), ROLE, Map.of("preferQueryMode", "simple"))) {
      for (String sql :
          List.of(
              "ALTER ROLE " + ROLE + " PASSWORD '" + secret + "'",
              "SELECT '" + secret + "'",
              "SELECT '" + secret + "'::int",
              "DO $$ BEGIN RAISE '" + secret + "'; END $$")) {
        try {
          Sql.run(connection, sql);
        } catch (SQLException expected) {
          // Some of them fail.
        }
      }
      Gateways.server().createRole(ROLE, Gateways.PASSWORD);
    }
    try (var files = Files.list(gateway.directory())) {
      assertThat(files.filter(Files::isRegularFile).toList())
          .allSatisfy(
              file ->
                  assertThat(Files.readString(file))
                      .doesNotContain(secret)
                      .doesNotContain(Gateways.PASSWORD));
    }
  }
}
