package dev.postern.it.pooling;

import static dev.postern.it.pooling.JdbcCases.NONE;

import dev.postern.it.pooling.JdbcCases.Case;
import dev.postern.it.pooling.JdbcCases.Script;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.Statement;
import java.sql.Types;
import java.util.LinkedHashMap;
import java.util.Map;
import org.postgresql.PGNotification;
import org.postgresql.largeobject.LargeObject;
import org.postgresql.largeobject.LargeObjectManager;

/** What programs do with pgjdbc that outlives a statement. */
final class JdbcStateCases {
  private JdbcStateCases() {}

  static Map<String, Case> all() {
    Map<String, Case> cases = new LinkedHashMap<>();
    settings(cases);
    state(cases);
    calls(cases);
    metaData(cases);
    return cases;
  }

  private static void settings(Map<String, Case> cases) {
    cases.put(
        "parameters of the connection",
        new Case(
            Map.of(
                "ApplicationName",
                "conformance",
                "currentSchema",
                "conformance_schema,public",
                "options",
                "-c work_mem=7MB -c DateStyle=German,DMY -c my.startup=given"),
            session -> {
              session.parameters();
              session.run(
                  "SHOW application_name",
                  "SHOW search_path",
                  "SHOW work_mem",
                  "SHOW DateStyle",
                  "SELECT current_setting('my.startup')",
                  "SELECT kind FROM conformance_place",
                  "SET work_mem = '8MB'",
                  "SHOW work_mem",
                  "RESET work_mem",
                  "SHOW work_mem",
                  "SET application_name = 'other'",
                  "RESET ALL",
                  "SHOW application_name",
                  "SHOW search_path");
              session.parameters();
            }));
    cases.put(
        "parameters that change",
        new Case(
            NONE,
            session -> {
              Connection connection = session.connection();
              session.parameters();
              connection.setClientInfo("ApplicationName", "renamed");
              session.run("SHOW application_name", "SET TimeZone = 'Asia/Tokyo'", "SHOW TimeZone");
              session.parameters();
              connection.setAutoCommit(false);
              session.run("SET application_name = 'lost'", "SELECT 1");
              session.parameters();
              connection.rollback();
              session.parameters();
              session.run("SET LOCAL application_name = 'local'", "SHOW application_name");
              connection.commit();
              session.run("SHOW application_name");
              connection.commit();
              connection.setAutoCommit(true);
              connection.setSchema("conformance_schema");
              session.note(connection.getSchema());
              session.run("SELECT kind FROM conformance_place", "RESET ALL", "SHOW TimeZone");
              session.parameters();
            }));
    cases.put(
        "isolation and read-only outside of transactions",
        new Case(
            NONE,
            session -> {
              Connection connection = session.connection();
              connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
              session.note("isolation " + connection.getTransactionIsolation());
              session.run("SHOW transaction_isolation", "SHOW default_transaction_isolation");
              connection.setReadOnly(true);
              session.run("INSERT INTO conformance VALUES (1, 'refused')", "SELECT 1");
              connection.setReadOnly(false);
              session.run("SHOW transaction_read_only");
            }));
  }

  private static void state(Map<String, Case> cases) {
    cases.put(
        "a temporary table",
        new Case(
            Map.of("prepareThreshold", "1"),
            session -> {
              session.run("CREATE TEMP TABLE conformance_own (a int)");
              for (int i = 0; i < 5; i++) {
                session.prepared("INSERT INTO conformance_own VALUES (?)", i);
                session.prepared("SELECT sum(a) FROM conformance_own WHERE a >= ?", 1);
              }
              session.run("DROP TABLE conformance_own");
              session.prepared("SELECT sum(a) FROM conformance_own WHERE a >= ?", 1);
              session.run("DISCARD ALL", "SELECT 1");
            }));
    cases.put(
        "notifications",
        new Case(
            NONE,
            session -> {
              session.run("LISTEN conformance_channel", "SELECT 1");
              session.run("NOTIFY conformance_channel, 'first'");
              notifications(session, 1);
              session.connection().setAutoCommit(false);
              session.run("NOTIFY conformance_channel, 'lost'");
              session.connection().rollback();
              session.run("NOTIFY conformance_channel, 'second'");
              session.run("NOTIFY conformance_channel, 'third'");
              session.connection().commit();
              session.connection().setAutoCommit(true);
              notifications(session, 2);
              session.run("UNLISTEN conformance_channel", "NOTIFY conformance_channel, 'unheard'");
              session.run("LISTEN conformance_channel", "NOTIFY conformance_channel, 'heard'");
              notifications(session, 1);
              session.run("UNLISTEN *");
            }));
    cases.put(
        "a large object",
        new Case(
            NONE,
            session -> {
              session.connection().setAutoCommit(false);
              LargeObjectManager manager = session.pg().getLargeObjectAPI();
              long oid = manager.createLO();
              LargeObject object = manager.open(oid);
              try (OutputStream out = object.getOutputStream()) {
                out.write("large".repeat(50_000).getBytes(StandardCharsets.UTF_8));
              }
              object.close();
              object = manager.open(oid, LargeObjectManager.READ);
              session.note("size " + object.size64());
              object.seek64(5, LargeObject.SEEK_SET);
              session.note(new String(object.read(10), StandardCharsets.UTF_8));
              LargeObject open = object;
              session.connection().commit();
              session.attempt(
                  () -> {
                    try {
                      open.read(1);
                    } finally {
                      session.connection().rollback();
                    }
                  });
              manager.unlink(oid);
              session.connection().commit();
            }));
    Script cancelled =
        session -> {
          for (boolean autoCommit : new boolean[] {true, false}) {
            session.connection().setAutoCommit(autoCommit);
            try (Statement statement = session.connection().createStatement()) {
              statement.setQueryTimeout(1);
              session.attempt(() -> statement.execute("SELECT pg_sleep(30)"));
            }
            session.run("SELECT 'usable or failed'");
          }
          session.connection().rollback();
          session.run("SELECT 'usable'");
          session.connection().rollback();
        };
    cases.put("cancel", new Case(NONE, cancelled));
  }

  private static void notifications(JdbcSession session, int number) throws Exception {
    int seen = 0;
    while (seen < number) {
      PGNotification[] notifications = session.pg().getNotifications(5000);
      if (notifications == null || notifications.length == 0) {
        session.note("no notification");
        return;
      }
      for (PGNotification notification : notifications) {
        session.note("notified " + notification.getName() + " " + notification.getParameter());
        seen++;
      }
    }
  }

  private static void calls(Map<String, Case> cases) {
    cases.put(
        "functions, procedures and notices",
        new Case(
            Map.of("escapeSyntaxCallMode", "callIfNoReturn"),
            session -> {
              for (int i = 0; i < 3; i++) {
                try (CallableStatement call =
                    session.connection().prepareCall("{? = call lower(?)}")) {
                  call.registerOutParameter(1, Types.VARCHAR);
                  call.setString(2, "LOWER " + i);
                  call.execute();
                  session.note(call.getString(1));
                }
              }
              session.run(
                  "DO $$ BEGIN RAISE NOTICE 'a notice'; RAISE WARNING 'a warning'; END $$",
                  "DO $$ BEGIN RAISE EXCEPTION 'an exception' USING DETAIL = 'd', HINT = 'h'; END $$",
                  "CREATE PROCEDURE conformance_commits() LANGUAGE plpgsql AS $$ BEGIN"
                      + " INSERT INTO conformance VALUES (1, 'kept'); COMMIT;"
                      + " INSERT INTO conformance VALUES (2, 'lost'); ROLLBACK; END $$",
                  "CALL conformance_commits()",
                  "SELECT * FROM conformance",
                  "DROP PROCEDURE conformance_commits()",
                  "DELETE FROM conformance");
            }));
    cases.put(
        "a cursor that a function returns",
        new Case(
            NONE,
            session -> {
              session.run(
                  "CREATE FUNCTION conformance_cursor() RETURNS refcursor LANGUAGE plpgsql AS"
                      + " $$ DECLARE c refcursor := 'its_cursor'; BEGIN"
                      + " OPEN c FOR SELECT generate_series(1, 5); RETURN c; END $$");
              session.connection().setAutoCommit(false);
              try (CallableStatement call =
                  session.connection().prepareCall("{? = call conformance_cursor()}")) {
                call.registerOutParameter(1, Types.REF_CURSOR);
                call.execute();
                try (ResultSet rows = (ResultSet) call.getObject(1)) {
                  session.rows(rows);
                }
              }
              session.connection().commit();
              session.connection().setAutoCommit(true);
              session.run("DROP FUNCTION conformance_cursor()");
            }));
  }

  private static void metaData(Map<String, Case> cases) {
    cases.put(
        "meta data",
        new Case(
            NONE,
            session -> {
              DatabaseMetaData data = session.connection().getMetaData();
              session.note(
                  "%s %s %s %d"
                      .formatted(
                          data.getDatabaseProductName(),
                          data.getDatabaseProductVersion(),
                          data.getUserName(),
                          data.getMaxConnections()));
              session.note(data.getSQLKeywords());
              session.rows(data.getTables(null, "public", "conformance%", null));
              session.rows(data.getColumns(null, "public", "conformance", null));
              session.rows(data.getPrimaryKeys(null, "public", "conformance"));
              session.rows(data.getIndexInfo(null, "public", "conformance", false, true));
              session.rows(data.getImportedKeys(null, "public", "conformance"));
              session.rows(data.getExportedKeys(null, "public", "conformance"));
              session.rows(data.getSchemas(null, "conformance%"));
              session.rows(data.getProcedures(null, "public", "conformance%"));
              session.rows(data.getFunctions(null, "pg_catalog", "pg_backend_pid"));
              session.rows(data.getBestRowIdentifier(null, "public", "conformance", 0, true));
              session.rows(data.getTableTypes());
              session.rows(data.getTypeInfo());
              session.rows(data.getClientInfoProperties());
            }));
  }
}
