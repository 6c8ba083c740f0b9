package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.postern.plugins.querylog.QueryLogFactory;
import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.PosternBuilder;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.postgresql.largeobject.LargeObjectManager;

/** Every statement of a real client is one line of the query log, with the rows that it had. */
final class QueryLogIT {
  private static final String ROLE = "query_log_role";

  @TempDir Path directory;

  private interface Work {
    void with(Connection connection) throws Exception;
  }

  @BeforeAll
  static void createRole() {
    Gateways.server().createRole(ROLE, Gateways.PASSWORD);
  }

  @Test
  void simpleQueriesWithManyStatements() throws Exception {
    List<String> lines =
        log(
            Map.of("preferQueryMode", "simple"),
            connection -> {
              execute(connection, "SELECT generate_series(1, 3); SELECT 1; SELECT 1 WHERE false");
              execute(connection, "SELECT 2");
            });

    String sql = "SELECT generate_series(1, 3); SELECT 1; SELECT 1 WHERE false";
    assertThat(lines)
        .containsExactly(
            "completed SELECT 3 " + sql,
            "completed SELECT 1 part 2 " + sql,
            "completed SELECT 0 part 3 " + sql,
            "completed SELECT 1 SELECT 2");
  }

  @Test
  void statementsThatAreOnceParsedAndOftenExecuted() throws Exception {
    List<String> lines =
        log(
            Map.of("prepareThreshold", "1"),
            connection -> {
              try (PreparedStatement one = connection.prepareStatement("SELECT ?::int");
                  PreparedStatement many =
                      connection.prepareStatement("SELECT generate_series(1, ?::int)")) {
                for (int i = 1; i <= 3; i++) {
                  one.setInt(1, i);
                  one.executeQuery().close();
                  many.setInt(1, i);
                  many.executeQuery().close();
                }
              }
            });

    assertThat(lines)
        .containsExactly(
            "completed SELECT 1 SELECT $1::int",
            "completed SELECT 1 SELECT generate_series(1, $1::int)",
            "completed SELECT 1 SELECT $1::int",
            "completed SELECT 2 SELECT generate_series(1, $1::int)",
            "completed SELECT 1 SELECT $1::int",
            "completed SELECT 3 SELECT generate_series(1, $1::int)");
  }

  @Test
  void aCursorIsOneStatementWithAllItsRows() throws Exception {
    List<String> lines =
        log(
            Map.of(),
            connection -> {
              connection.setAutoCommit(false);
              try (Statement statement = connection.createStatement()) {
                statement.setFetchSize(10);
                try (ResultSet rows = statement.executeQuery("SELECT generate_series(1, 25)")) {
                  while (rows.next()) {
                    rows.getInt(1);
                  }
                }
                try (ResultSet rows = statement.executeQuery("SELECT generate_series(1, 99)")) {
                  rows.next();
                }
              }
              connection.commit();
            });

    assertThat(lines)
        .containsExactly(
            "completed BEGIN BEGIN",
            "completed SELECT 25 SELECT generate_series(1, 25)",
            "suspended 10 SELECT generate_series(1, 99)",
            "completed COMMIT COMMIT");
  }

  @Test
  void aLimitOfRowsEndsAStatementEarly() throws Exception {
    List<String> lines =
        log(
            Map.of(),
            connection -> {
              try (Statement statement = connection.createStatement()) {
                statement.setMaxRows(5);
                statement.executeQuery("SELECT generate_series(1, 99)").close();
              }
              execute(connection, "SELECT 1");
            });

    assertThat(lines)
        .containsExactly(
            "suspended 5 SELECT generate_series(1, 99)", "completed SELECT 1 SELECT 1");
  }

  @Test
  void aBatchThatFailsInTheMiddle() throws Exception {
    List<String> lines =
        log(
            Map.of(),
            connection -> {
              execute(connection, "CREATE TEMP TABLE t (x int PRIMARY KEY)");
              try (PreparedStatement insert =
                  connection.prepareStatement("INSERT INTO t VALUES (?)")) {
                for (int x : new int[] {1, 2, 1, 3}) {
                  insert.setInt(1, x);
                  insert.addBatch();
                }
                assertThatThrownBy(insert::executeBatch).isInstanceOf(BatchUpdateException.class);
              }
              execute(connection, "SELECT 1");
            });

    assertThat(lines)
        .containsExactly(
            "completed CREATE TABLE CREATE TEMP TABLE t (x int PRIMARY KEY)",
            "completed INSERT 1 INSERT INTO t VALUES ($1)",
            "completed INSERT 1 INSERT INTO t VALUES ($1)",
            "failed 23505 INSERT INTO t VALUES ($1)",
            "completed SELECT 1 SELECT 1");
  }

  @Test
  void errorsOfEveryStage() throws Exception {
    List<String> lines =
        log(
            Map.of(),
            connection -> {
              fail(connection, "SELEC 1");
              fail(connection, "SELECT 1/0");
              try (PreparedStatement bad =
                  connection.prepareStatement("SELECT nothing FROM here")) {
                assertThatThrownBy(bad::getMetaData).isInstanceOf(SQLException.class);
              }
              execute(connection, "SELECT 1");
            });

    assertThat(lines)
        .containsExactly(
            "failed 42601 SELEC 1",
            "failed 22012 SELECT 1/0",
            "failed 42P01 SELECT nothing FROM here",
            "completed SELECT 1 SELECT 1");
  }

  @Test
  void copyInBothDirections() throws Exception {
    List<String> lines =
        log(
            Map.of(),
            connection -> {
              execute(connection, "CREATE TEMP TABLE t (x int)");
              var copy = connection.unwrap(PGConnection.class).getCopyAPI();
              copy.copyIn("COPY t FROM STDIN", new StringReader("1\n2\n3\n"));
              copy.copyOut("COPY t TO STDOUT", new StringWriter());
              CopyIn given = copy.copyIn("COPY t FROM STDIN");
              given.cancelCopy();
              assertThatThrownBy(() -> copy.copyIn("COPY t FROM STDIN", new StringReader("x\n")))
                  .isInstanceOf(SQLException.class);
              execute(connection, "SELECT 1");
            });

    assertThat(lines)
        .containsExactly(
            "completed CREATE TABLE CREATE TEMP TABLE t (x int)",
            "completed COPY 3 COPY t FROM STDIN",
            "completed COPY 3 COPY t TO STDOUT",
            "failed 57014 COPY t FROM STDIN",
            "failed 22P02 COPY t FROM STDIN",
            "completed SELECT 1 SELECT 1");
  }

  @Test
  void functionCallsOfLargeObjectsDoNotDisturb() throws Exception {
    List<String> lines =
        log(
            Map.of(),
            connection -> {
              connection.setAutoCommit(false);
              var objects = connection.unwrap(PGConnection.class).getLargeObjectAPI();
              long oid = objects.createLO();
              try (var object = objects.open(oid, LargeObjectManager.WRITE)) {
                object.write(new byte[100_000]);
              }
              objects.unlink(oid);
              execute(connection, "SELECT 1");
              connection.commit();
            });

    assertThat(lines).contains("completed SELECT 1 SELECT 1").endsWith("completed COMMIT COMMIT");
    assertThat(lines).noneMatch(line -> line.startsWith("aborted") || line.startsWith("failed"));
  }

  @Test
  void psqlWithItsOwnWayOfDoingThings() throws Exception {
    List<String> lines =
        logOf(
            postern ->
                assertThat(
                        Psql.through(postern, ROLE)
                            .with(
                                "-c", "CREATE TEMP TABLE t (x int)",
                                "-c", "INSERT INTO t SELECT generate_series(1, 7)",
                                "-c", "\\copy t TO '/dev/null'")
                            .run()
                            .exitCode())
                    .isZero());

    assertThat(lines)
        .containsExactly(
            "completed CREATE TABLE CREATE TEMP TABLE t (x int)",
            "completed INSERT 7 INSERT INTO t SELECT generate_series(1, 7)",
            "completed COPY 7 COPY  t TO STDOUT ");
  }

  @Test
  void statementsThatAreTooLargeToBeDecoded() throws Exception {
    String large = "'" + "x".repeat(10_000) + "'";
    Path script = Files.writeString(directory.resolve("large.sql"), "SELECT length(" + large + ")");
    List<String> lines =
        logOf(
            Map.of("limits.intercepted-message", "4KiB"),
            postern -> {
              assertThat(Psql.through(postern, ROLE).with("-f", script.toString()).run().exitCode())
                  .isZero();
              try (Connection connection =
                      Gateways.connect(postern, ROLE, Map.of("prepareThreshold", "1"));
                  PreparedStatement statement =
                      connection.prepareStatement("SELECT length(?), length(" + large + ")")) {
                for (int i = 0; i < 3; i++) {
                  statement.setString(1, large);
                  statement.executeQuery().close();
                }
                execute(connection, "SELECT 1");
              }
            });

    assertThat(lines).hasSize(5);
    assertThat(lines.getFirst())
        .startsWith("completed SELECT 1 SELECT length('xxx")
        .endsWith("x... (message of 10022 bytes, not decoded)");
    assertThat(lines.subList(1, 4))
        .allSatisfy(
            line ->
                assertThat(line)
                    .startsWith("completed SELECT 1 SELECT length($1), length('xxx")
                    .endsWith(" bytes, not decoded)"));
    assertThat(lines.getLast()).isEqualTo("completed SELECT 1 SELECT 1");
  }

  /**
   * As libpq does it: a Sync goes with the COPY, which the server ignores, and another after it.
   */
  @Test
  void copyInTheExtendedProtocol() throws Exception {
    List<String> lines =
        logOf(
            postern -> {
              try (WireClient client = WireClient.connect(postern.address())) {
                client.login(ROLE, Gateways.PASSWORD, "postgres");
                client.query("CREATE TEMP TABLE t (x int)");
                copyIn(client, "1\n2\n");
                copyIn(client, "not a number\n");
                client.send(FrontendPackets.parse("", "SELEC 1"), FrontendPackets.sync());
                client.receiveUntil('Z');
                client.query("SELECT 1");
                client.send(FrontendPackets.terminate());
                client.expectEnd();
              }
            });

    assertThat(lines)
        .containsExactly(
            "completed CREATE TABLE CREATE TEMP TABLE t (x int)",
            "completed COPY 2 COPY t FROM STDIN",
            "failed 22P02 COPY t FROM STDIN",
            "failed 42601 SELEC 1",
            "completed SELECT 1 SELECT 1");
  }

  private static void copyIn(WireClient client, String rows) {
    client.send(
        FrontendPackets.parse("", "COPY t FROM STDIN"),
        FrontendPackets.bind("", ""),
        FrontendPackets.execute("", 0),
        FrontendPackets.sync());
    client.receiveUntil('G');
    client.send(
        FrontendPackets.copyData(rows.getBytes(StandardCharsets.UTF_8)),
        FrontendPackets.copyDone(),
        FrontendPackets.sync());
    client.receiveUntil('Z');
  }

  /** Whatever a client says: every statement is logged once, in order, and nothing else is. */
  @Test
  void aPipelineIsLoggedInItsOrder() throws Exception {
    List<String> lines =
        logOf(
            postern -> {
              try (WireClient client = WireClient.connect(postern.address())) {
                client.login(ROLE, Gateways.PASSWORD, "postgres");
                client.send(
                    FrontendPackets.parse("s", "SELECT generate_series(1, 4)"),
                    FrontendPackets.bind("a", "s"),
                    FrontendPackets.execute("a", 3),
                    FrontendPackets.execute("a", 3),
                    FrontendPackets.bind("b", "s"),
                    FrontendPackets.execute("b", 3),
                    FrontendPackets.sync(),
                    FrontendPackets.parse("", "SELECT 1/0"),
                    FrontendPackets.bind("", ""),
                    FrontendPackets.execute("", 0),
                    FrontendPackets.bind("", "s"),
                    FrontendPackets.execute("", 0),
                    FrontendPackets.sync(),
                    FrontendPackets.query("SELECT 1; SELECT 1/0; SELECT 2"),
                    FrontendPackets.bind("", "s"),
                    FrontendPackets.execute("", 0),
                    FrontendPackets.sync());
                for (int i = 0; i < 4; i++) {
                  client.receiveUntil('Z');
                }
                client.send(FrontendPackets.terminate());
                client.expectEnd();
              }
            });

    assertThat(lines)
        .containsExactly(
            "completed SELECT 4 SELECT generate_series(1, 4)",
            "suspended 3 SELECT generate_series(1, 4)",
            "failed 22012 SELECT 1/0",
            "completed SELECT 1 SELECT 1; SELECT 1/0; SELECT 2",
            "failed 22012 part 2 SELECT 1; SELECT 1/0; SELECT 2",
            "completed SELECT 4 SELECT generate_series(1, 4)");
  }

  @Test
  void whatAClientAbandonsIsLoggedToo() throws Exception {
    List<String> lines =
        log(
            Map.of(),
            connection -> {
              Thread slow =
                  Thread.ofVirtual()
                      .start(
                          () -> {
                            try {
                              execute(connection, "SELECT pg_sleep(60)");
                            } catch (SQLException expected) {
                              // Its connection is taken away.
                            }
                          });
              await().until(() -> Sessions.active(Gateways.server(), ROLE) == 1);
              connection.abort(Runnable::run);
              slow.join();
            });

    assertThat(lines).containsExactly("aborted SELECT pg_sleep(60)");
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static void fail(Connection connection, String sql) {
    assertThatThrownBy(() -> execute(connection, sql)).isInstanceOf(SQLException.class);
  }

  private List<String> log(Map<String, String> properties, Work work) throws Exception {
    return logOf(
        postern -> {
          try (Connection connection = Gateways.connect(postern, ROLE, properties)) {
            work.with(connection);
          }
        });
  }

  private interface Session {
    void through(RunningPostern postern) throws Exception;
  }

  /** The lines, without those of what pgjdbc sends on its own at the beginning. */
  private List<String> logOf(Session session) throws Exception {
    return logOf(Map.of(), session);
  }

  private List<String> logOf(Map<String, String> settings, Session session) throws Exception {
    Path file = directory.resolve("queries.jsonl");
    PosternBuilder builder =
        Gateways.before(Gateways.server())
            .interceptor("audit", new QueryLogFactory(), Map.of("file", file.toString()));
    settings.forEach(builder::setting);
    try (RunningPostern postern = builder.start()) {
      postern.importUser(Gateways.server(), ROLE);
      session.through(postern);
    }
    return Files.readAllLines(file).stream()
        .map(QueryLogIT::parse)
        .filter(line -> !line.getString("sql").startsWith("SET "))
        .map(QueryLogIT::brief)
        .toList();
  }

  private static JsonObject parse(String line) {
    try (JsonReader reader = Json.createReader(new StringReader(line))) {
      return reader.readObject();
    }
  }

  private static String brief(JsonObject line) {
    StringBuilder brief = new StringBuilder(line.getString("outcome")).append(' ');
    if (line.containsKey("command")) {
      brief.append(line.getString("command")).append(' ');
    }
    if (line.containsKey("rows")) {
      brief.append(line.getInt("rows")).append(' ');
    }
    if (line.containsKey("sqlState")) {
      brief.append(line.getString("sqlState")).append(' ');
    }
    if (line.containsKey("part")) {
      brief.append("part ").append(line.getInt("part")).append(' ');
    }
    return brief.append(line.getString("sql")).toString();
  }
}
