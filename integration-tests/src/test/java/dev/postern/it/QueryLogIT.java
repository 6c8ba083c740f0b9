package dev.postern.it;

import static dev.postern.it.LoggedStatements.ROLE;
import static dev.postern.it.LoggedStatements.log;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.StringReader;
import java.io.StringWriter;
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
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.postgresql.largeobject.LargeObjectManager;

/** Every statement of pgjdbc is one line of the query log, with the rows that it had. */
final class QueryLogIT {
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
              Sql.run(connection, "SELECT generate_series(1, 3); SELECT 1; SELECT 1 WHERE false");
              Sql.run(connection, "SELECT 2");
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
  void preparedStatementsBesideNamesOfSql() throws Exception {
    List<String> lines =
        log(
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
            });

    assertThat(lines)
        .containsExactly(
            "completed SELECT 1 SELECT $1::int",
            "completed DECLARE CURSOR DECLARE c CURSOR WITH HOLD FOR SELECT 1",
            "completed SELECT 1 SELECT $1::int",
            "completed CLOSE CURSOR CLOSE c",
            "completed SELECT 1 SELECT $1::int",
            "completed PREPARE PREPARE other AS SELECT 2",
            "completed SELECT 1 SELECT $1::int",
            "completed SELECT 1 EXECUTE other",
            "completed SELECT 1 SELECT $1::int",
            "completed DEALLOCATE DEALLOCATE other",
            "completed SELECT 1 SELECT $1::int",
            "completed DEALLOCATE ALL DEALLOCATE ALL");
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
              Sql.run(connection, "SELECT 1");
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
              Sql.run(connection, "CREATE TEMP TABLE t (x int PRIMARY KEY)");
              try (PreparedStatement insert =
                  connection.prepareStatement("INSERT INTO t VALUES (?)")) {
                for (int x : new int[] {1, 2, 1, 3}) {
                  insert.setInt(1, x);
                  insert.addBatch();
                }
                assertThatThrownBy(insert::executeBatch).isInstanceOf(BatchUpdateException.class);
              }
              Sql.run(connection, "SELECT 1");
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
              Sql.run(connection, "SELECT 1");
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
              Sql.run(connection, "CREATE TEMP TABLE t (x int)");
              var copy = connection.unwrap(PGConnection.class).getCopyAPI();
              copy.copyIn("COPY t FROM STDIN", new StringReader("1\n2\n3\n"));
              copy.copyOut("COPY t TO STDOUT", new StringWriter());
              CopyIn given = copy.copyIn("COPY t FROM STDIN");
              given.cancelCopy();
              assertThatThrownBy(() -> copy.copyIn("COPY t FROM STDIN", new StringReader("x\n")))
                  .isInstanceOf(SQLException.class);
              Sql.run(connection, "SELECT 1");
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
              Sql.run(connection, "SELECT 1");
              connection.commit();
            });

    assertThat(lines).contains("completed SELECT 1 SELECT 1").endsWith("completed COMMIT COMMIT");
    assertThat(lines).noneMatch(line -> line.startsWith("aborted") || line.startsWith("failed"));
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
                              Sql.run(connection, "SELECT pg_sleep(60)");
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

  private static void fail(Connection connection, String sql) {
    assertThatThrownBy(() -> Sql.run(connection, sql)).isInstanceOf(SQLException.class);
  }
}
