package dev.postern.it.pooling;

import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.Savepoint;
import java.util.LinkedHashMap;
import java.util.Map;

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

  static final Map<String, String> NONE = Map.of();

  /** Every statement is prepared when it is first used. */
  static final Map<String, String> AT_ONCE = Map.of("prepareThreshold", "1");

  private JdbcCases() {}

  /** By name, in the order in which they are played. */
  static Map<String, Case> all() {
    Map<String, Case> cases = new LinkedHashMap<>();
    transactions(cases);
    statements(cases);
    cases.putAll(JdbcDataCases.all());
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
}
