package dev.postern.it.pooling;

import static dev.postern.it.pooling.JdbcCases.AT_ONCE;
import static dev.postern.it.pooling.JdbcCases.NONE;

import dev.postern.it.pooling.JdbcCases.Case;
import dev.postern.it.pooling.JdbcCases.Script;
import java.io.StringReader;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Statement;
import java.sql.Timestamp;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.postgresql.copy.CopyIn;
import org.postgresql.copy.CopyManager;

/** What programs do with pgjdbc that takes or gives many rows. */
final class JdbcDataCases {
  private JdbcDataCases() {}

  static Map<String, Case> all() {
    Map<String, Case> cases = new LinkedHashMap<>();
    batches(cases);
    results(cases);
    copies(cases);
    return cases;
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
