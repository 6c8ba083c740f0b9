package dev.postern.it.pooling;

import java.io.StringReader;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Savepoint;
import java.sql.Statement;
import java.sql.Timestamp;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.postgresql.copy.CopyIn;
import org.postgresql.copy.CopyManager;

/** What programs do with pgjdbc. */
final class JdbcCases {
  /** What one program does. */
  @FunctionalInterface
  interface Script {
    void play(JdbcSession session) throws Exception;
  }

  /**
   * A program and the properties of its connection.
   *
   * @param properties of pgjdbc
   */
  record Case(Map<String, String> properties, Script script) {}

  private static final Map<String, String> NONE = Map.of();
  private static final Map<String, String> AT_ONCE = Map.of("prepareThreshold", "1");

  private JdbcCases() {}

  /** By name, in the order in which they are played. */
  static Map<String, Case> all() {
    Map<String, Case> cases = new LinkedHashMap<>();
    transactions(cases);
    statements(cases);
    batches(cases);
    results(cases);
    copies(cases);
    cases.putAll(JdbcStateCases.all());
    return cases;
  }

  private static void transactions(Map<String, Case> cases) {
    cases.put(
        "autocommit",
        new Case(
            NONE,
            session -> {
              session.run(
                  "SELECT 1 AS one, 'text' AS two, NULL AS three, 1.5::numeric(4,2), now() IS NULL",
                  "SELECT * FROM conformance ORDER BY id",
                  "INSERT INTO conformance VALUES (1, 'one'), (2, 'two')",
                  "UPDATE conformance SET name = upper(name)",
                  "INSERT INTO conformance VALUES (1, 'again')",
                  "SELECT 1; SELECT 2; UPDATE conformance SET name = 'x' WHERE id = 1; SELECT 3",
                  "SELECT 1; SELECT 1/0; SELECT 2",
                  "DELETE FROM conformance RETURNING id, name",
                  "",
                  ";");
              session.parameters();
            }));
    cases.put(
        "transactions",
        new Case(
            NONE,
            session -> {
              Connection connection = session.connection();
              connection.setAutoCommit(false);
              session.run("INSERT INTO conformance VALUES (1, 'one')", "SELECT * FROM conformance");
              connection.rollback();
              session.run("SELECT count(*) FROM conformance", "SELECT 1/0", "SELECT 2");
              session.attempt(connection::commit);
              session.run("SELECT count(*) FROM conformance");
              connection.rollback();
              connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
              session.run("SHOW transaction_isolation");
              connection.commit();
              connection.setReadOnly(true);
              session.run("INSERT INTO conformance VALUES (1, 'refused')");
              connection.rollback();
              connection.setReadOnly(false);
              connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
              session.run("INSERT INTO conformance VALUES (2, 'two')");
              connection.commit();
              connection.setAutoCommit(true);
              session.run("DELETE FROM conformance");
            }));
    cases.put(
        "savepoints",
        new Case(
            NONE,
            session -> {
              Connection connection = session.connection();
              connection.setAutoCommit(false);
              Savepoint outer = connection.setSavepoint("outer");
              session.run("INSERT INTO conformance VALUES (1, 'one')");
              Savepoint inner = connection.setSavepoint();
              session.run("INSERT INTO conformance VALUES (1, 'again')", "SELECT 1");
              connection.rollback(inner);
              session.run("SELECT * FROM conformance");
              connection.releaseSavepoint(inner);
              connection.rollback(outer);
              session.run("SELECT * FROM conformance");
              connection.commit();
              session.attempt(() -> connection.rollback(outer));
              connection.rollback();
            }));
    cases.put(
        "savepoints that the driver sets itself",
        new Case(
            Map.of("autosave", "always", "prepareThreshold", "1"),
            session -> {
              session.connection().setAutoCommit(false);
              session.run("INSERT INTO conformance VALUES (1, 'one')", "SELECT 1/0");
              session.prepared("SELECT name FROM conformance WHERE id = ?", 1);
              session.prepared("SELECT 1 / ?", 0);
              session.prepared("SELECT name FROM conformance WHERE id = ?", 1);
              session.connection().rollback();
            }));
  }

  private static void statements(Map<String, Case> cases) {
    Script prepared =
        session -> {
          for (int i = 0; i < 12; i++) {
            session.prepared("SELECT ?::int * 2 AS twice, ?::text || 'x' AS more", i, "n" + i);
            session.prepared("INSERT INTO conformance VALUES (?, ?)", i, i % 3 == 0 ? null : "n");
          }
          session.connection().setAutoCommit(false);
          for (int i = 0; i < 12; i++) {
            session.prepared("SELECT ?::int * 2 AS twice, ?::text || 'x' AS more", i, "n" + i);
            session.prepared("UPDATE conformance SET name = ? WHERE id = ?", "m" + i, i);
          }
          session.connection().commit();
          session.connection().setAutoCommit(true);
          session.prepared("SELECT 10 / ?", 0);
          session.prepared("SELECT 10 / ?", 5);
          session.prepared("SELECT 10 / ?", new BigDecimal("2.5"));
          session.prepared("SELECT no_such_column, ?", 1);
          session.prepared("INSERT INTO conformance VALUES (?, ?)", 1, "again");
          session.prepared("SELECT * FROM conformance WHERE name LIKE ? ORDER BY id", "m%");
          session.prepared("DELETE FROM conformance WHERE id >= ? RETURNING id", 0);
        };
    cases.put("statements prepared at the fifth use", new Case(NONE, prepared));
    cases.put("statements prepared at the first use", new Case(AT_ONCE, prepared));
    cases.put(
        "statements prepared and binary at once",
        new Case(Map.of("prepareThreshold", "-1"), prepared));
    cases.put("statements never prepared", new Case(Map.of("prepareThreshold", "0"), prepared));
    cases.put(
        "statements in simple queries", new Case(Map.of("preferQueryMode", "simple"), prepared));
    cases.put(
        "everything prepared",
        new Case(
            Map.of("preferQueryMode", "extendedCacheEverything", "prepareThreshold", "1"),
            prepared));
    cases.put(
        "more statements than the driver keeps",
        new Case(
            Map.of("prepareThreshold", "1", "preparedStatementCacheQueries", "5"),
            session -> {
              for (int i = 0; i < 60; i++) {
                session.prepared("SELECT ?::int + " + i % 12, i);
              }
            }));
    cases.put(
        "statements that are forgotten on the server",
        new Case(
            AT_ONCE,
            session -> {
              session.prepared("SELECT ?::int + 1", 1);
              session.run("DEALLOCATE ALL");
              session.prepared("SELECT ?::int + 1", 2);
              session.prepared("SELECT ?::int + 1", 3);
              session.run("DISCARD ALL");
              session.prepared("SELECT ?::int + 1", 4);
              session.prepared("SELECT ?::int + 1", 5);
              session.connection().setAutoCommit(false);
              session.prepared("SELECT ?::int + 1", 6);
              session.run("DEALLOCATE ALL");
              session.prepared("SELECT ?::int + 1", 7);
              session.connection().rollback();
              session.prepared("SELECT ?::int + 1", 8);
            }));
    cases.put("a table that changes under a prepared statement", new Case(AT_ONCE, changes()));
    cases.put(
        "a table that changes under a prepared statement, with savepoints",
        new Case(Map.of("prepareThreshold", "1", "autosave", "conservative"), changes()));
  }

  private static Script changes() {
    return session -> {
      session.run("CREATE TABLE conformance_changing (a int)");
      session.run("INSERT INTO conformance_changing VALUES (1)");
      for (int i = 0; i < 3; i++) {
        session.prepared("SELECT * FROM conformance_changing");
      }
      session.run("ALTER TABLE conformance_changing ADD b text DEFAULT 'b'");
      session.prepared("SELECT * FROM conformance_changing");
      session.prepared("SELECT * FROM conformance_changing");
      session.connection().setAutoCommit(false);
      session.prepared("SELECT * FROM conformance_changing");
      session.run("ALTER TABLE conformance_changing ALTER a TYPE text");
      session.prepared("SELECT * FROM conformance_changing");
      session.run("SELECT 1");
      session.connection().rollback();
      session.prepared("SELECT * FROM conformance_changing");
      session.connection().commit();
      session.connection().setAutoCommit(true);
      session.run("DROP TABLE conformance_changing");
      session.prepared("SELECT * FROM conformance_changing");
    };
  }

  private static void batches(Map<String, Case> cases) {
    Script script =
        session -> {
          batch(session, 0, 200, -1);
          batch(session, 200, 300, 250);
          session.run("SELECT count(*), min(id), max(id) FROM conformance");
          session.connection().setAutoCommit(false);
          batch(session, 1000, 1100, 1050);
          session.run("SELECT 1");
          session.connection().rollback();
          session.connection().setAutoCommit(true);
          session.run("SELECT count(*), min(id), max(id) FROM conformance");
          session.attempt(
              () -> {
                try (Statement statement = session.connection().createStatement()) {
                  statement.addBatch("UPDATE conformance SET name = 'u' WHERE id < 10");
                  statement.addBatch("DELETE FROM conformance WHERE id = 5");
                  statement.addBatch("SELECT set_config('application_name', 'batch', false)");
                  session.note(Arrays.toString(statement.executeBatch()));
                }
              });
          session.attempt(
              () -> {
                try (PreparedStatement statement =
                    session
                        .connection()
                        .prepareStatement(
                            "INSERT INTO conformance VALUES (?, ?)",
                            Statement.RETURN_GENERATED_KEYS)) {
                  for (int i = 2000; i < 2010; i++) {
                    statement.setInt(1, i);
                    statement.setString(2, "key");
                    statement.addBatch();
                  }
                  session.note(Arrays.toString(statement.executeBatch()));
                  session.rows(statement.getGeneratedKeys());
                }
              });
          session.run("DELETE FROM conformance");
        };
    cases.put("batches", new Case(NONE, script));
    cases.put("batches, prepared at once", new Case(AT_ONCE, script));
    cases.put(
        "batches, rewritten",
        new Case(Map.of("reWriteBatchedInserts", "true", "prepareThreshold", "1"), script));
  }

  /** Inserts rows; the one that is named twice fails. */
  private static void batch(JdbcSession session, int from, int to, int twice) {
    session.note("batch %d to %d".formatted(from, to));
    session.attempt(
        () -> {
          try (PreparedStatement statement =
              session.connection().prepareStatement("INSERT INTO conformance VALUES (?, ?)")) {
            for (int i = from; i < to; i++) {
              statement.setInt(1, i == twice ? from : i);
              statement.setString(2, "row " + i);
              statement.addBatch();
            }
            session.note(Arrays.toString(statement.executeBatch()));
          }
        });
  }

  private static void results(Map<String, Case> cases) {
    cases.put(
        "a cursor",
        new Case(
            AT_ONCE,
            session -> {
              session.connection().setAutoCommit(false);
              try (PreparedStatement statement =
                  session.connection().prepareStatement("SELECT generate_series(1, ?) AS i")) {
                statement.setFetchSize(7);
                for (int size : new int[] {100, 7, 0}) {
                  statement.setInt(1, size);
                  try (ResultSet rows = statement.executeQuery()) {
                    for (int i = 0; rows.next(); i++) {
                      session.row(rows);
                      if (i == 20) {
                        session.run("SELECT 'between'");
                      }
                    }
                  }
                }
                statement.setInt(1, 100);
                try (ResultSet rows = statement.executeQuery()) {
                  rows.next();
                  session.connection().commit();
                  session.attempt(
                      () -> {
                        while (rows.next()) {
                          session.row(rows);
                        }
                      });
                }
              }
              session.connection().rollback();
            }));
    cases.put(
        "large results",
        new Case(
            NONE,
            session -> {
              session.run(
                  "SELECT i, repeat(i::text, 20) FROM generate_series(1, 5000) i",
                  "SELECT repeat('x', 5000000)",
                  "SELECT string_agg(i::text, ',') FROM generate_series(1, 200000) i");
              session.prepared("SELECT length(?)", "y".repeat(4_000_000));
            }));
    Script types =
        session -> {
          for (int i = 0; i < 3; i++) {
            session.prepared(
                "SELECT ?::int2, ?::int4, ?::int8, ?::float4, ?::float8, ?::numeric, ?::bool",
                (short) 1,
                2,
                3L,
                1.5f,
                2.5,
                new BigDecimal("123456789.123456789"),
                true);
            session.prepared(
                "SELECT ?::bytea, ?::timestamp, ?::uuid, ARRAY[1,2,NULL]::int[], ARRAY['a']::text[],"
                    + " 'NaN'::float8, '{\"a\": 1}'::jsonb, point(1,2), date '2020-02-29',"
                    + " time '12:34:56.789', interval '1 day 2 hours', '10.0.0.1'::inet,"
                    + " int4range(1, 5), B'101', 12.34::money",
                "bytes".getBytes(StandardCharsets.UTF_8),
                Timestamp.valueOf("2020-02-29 12:34:56.789"),
                java.util.UUID.fromString("00000000-0000-0000-0000-0123456789ab"));
          }
        };
    cases.put("types as text", new Case(Map.of("binaryTransfer", "false"), types));
    cases.put("types as bytes", new Case(Map.of("prepareThreshold", "-1"), types));
    cases.put(
        "rows that are changed in place",
        new Case(
            NONE,
            session -> {
              session.run("INSERT INTO conformance VALUES (1, 'one'), (2, 'two')");
              try (Statement statement =
                      session
                          .connection()
                          .createStatement(
                              ResultSet.TYPE_SCROLL_INSENSITIVE, ResultSet.CONCUR_UPDATABLE);
                  ResultSet rows =
                      statement.executeQuery("SELECT id, name FROM conformance ORDER BY id")) {
                rows.last();
                rows.updateString("name", "changed");
                rows.updateRow();
                rows.moveToInsertRow();
                rows.updateInt("id", 3);
                rows.updateString("name", "inserted");
                rows.insertRow();
                rows.first();
                rows.deleteRow();
              }
              session.run("SELECT * FROM conformance ORDER BY id", "DELETE FROM conformance");
            }));
  }

  private static void copies(Map<String, Case> cases) {
    cases.put(
        "COPY",
        new Case(
            NONE,
            session -> {
              CopyManager copy = session.pg().getCopyAPI();
              session.note(
                  "in "
                      + copy.copyIn(
                          "COPY conformance FROM STDIN", new StringReader("1\tone\n2\t\\N\n")));
              StringWriter out = new StringWriter();
              session.note("out " + copy.copyOut("COPY conformance TO STDOUT", out) + " " + out);
              session.attempt(
                  () -> copy.copyIn("COPY conformance FROM STDIN", new StringReader("x\ty\n")));
              session.attempt(
                  () -> copy.copyIn("COPY no_such_table FROM STDIN", new StringReader("")));
              CopyIn cancelled = copy.copyIn("COPY conformance FROM STDIN");
              byte[] row = "9\tnine\n".getBytes(StandardCharsets.UTF_8);
              cancelled.writeToCopy(row, 0, row.length);
              session.attempt(cancelled::cancelCopy);
              session.run("SELECT * FROM conformance ORDER BY id");
              session.connection().setAutoCommit(false);
              copy.copyIn("COPY conformance FROM STDIN", new StringReader("3\tthree\n"));
              session.connection().rollback();
              session.connection().setAutoCommit(true);
              StringWriter big = new StringWriter();
              session.note(
                  "out "
                      + copy.copyOut(
                          "COPY (SELECT i, repeat('x', 50) FROM generate_series(1, 20000) i) TO STDOUT",
                          big)
                      + " "
                      + big.toString().hashCode());
              session.run("DELETE FROM conformance");
            }));
  }
}
