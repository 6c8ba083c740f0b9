package dev.postern.it.pooling;

import static dev.postern.testkit.FrontendPackets.bind;
import static dev.postern.testkit.FrontendPackets.execute;
import static dev.postern.testkit.FrontendPackets.flush;
import static dev.postern.testkit.FrontendPackets.functionCall;
import static dev.postern.testkit.FrontendPackets.parse;
import static dev.postern.testkit.FrontendPackets.query;
import static dev.postern.testkit.FrontendPackets.sync;
import static dev.postern.testkit.FrontendPackets.terminate;
import static dev.postern.testkit.FrontendPackets.unnamed;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.routing.Pooling;
import dev.postern.api.routing.Pooling.SessionState;
import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever a statement is spelled like: what it leaves in the server's session is not seen by the
 * next client of the same connection, for which it either waits or finds the session clean.
 */
final class OddTracesIT {
  private static final String ROLE = "odd_role";
  private static final List<PostgresServer> SERVERS = new ArrayList<>();

  private static final String LONG = "/* " + "x".repeat(100_000) + " */ ";
  private static final Map<String, byte[][]> CASES = cases();

  @BeforeAll
  static void createRoles() {
    List<Integer> versions = PostgresServer.versions();
    for (int version : List.of(versions.getFirst(), versions.getLast())) {
      PostgresServer server = PostgresServer.builder(version).start();
      SERVERS.add(server);
      server.createRole(ROLE, Pools.PASSWORD);
      server.execute(
          "ALTER ROLE odd_role SUPERUSER",
          "CREATE ROLE hunt_group",
          "GRANT hunt_group TO odd_role");
    }
  }

  @AfterAll
  static void stop() {
    SERVERS.forEach(PostgresServer::close);
  }

  static Set<String> names() {
    return CASES.keySet();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("names")
  void leaveNothingForTheNextClient(String name) {
    SERVERS.forEach(server -> leaveNothingForTheNextClient(server, name));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("names")
  void leaveNothingForTheNextClientWhereTheyAreRefused(String name) {
    for (PostgresServer server : SERVERS) {
      byte[][] packets = Objects.requireNonNull(CASES.get(name));
      try (RunningPostern postern =
          Pools.before(
              server,
              Pooling.TRANSACTION.with(pool -> pool.size(1).sessionState(SessionState.REFUSE)),
              ROLE)) {
        Way way = Way.through(postern, ROLE);
        List<String> untouched;
        try (WireClient first = way.wire();
            WireClient next = way.wire()) {
          untouched = look(next.query(Trace.LOOK));
          boolean refused = false;
          for (byte[] packet : packets) {
            first.send(packet);
            if (packet[0] == 'Q' || packet[0] == 'S' || packet[0] == 'F') {
              refused |= first.receiveUntil('Z').stream().anyMatch(OddTracesIT::isRefusal);
            }
          }
          assertThat(refused).as("refused on %s", server).isEqualTo(!name.startsWith("LISTEN"));
          next.send(query(Trace.LOOK));
          first.send(terminate());
          assertThat(look(next.receiveUntil('Z'))).as("on %s", server).isEqualTo(untouched);
        }
      }
    }
  }

  private static boolean isRefusal(WireMessage message) {
    return message.type() == 'E' && message.sqlState().equals("0A000");
  }

  private static void leaveNothingForTheNextClient(PostgresServer server, String name) {
    byte[][] packets = Objects.requireNonNull(CASES.get(name));
    try (RunningPostern postern = Pools.before(server, Pools.transactions(1), ROLE)) {
      Way way = Way.through(postern, ROLE);
      try (WireClient first = way.wire();
          WireClient next = way.wire()) {
        List<String> untouched = look(next.query(Trace.LOOK));
        for (byte[] packet : packets) {
          first.send(packet);
          if (packet[0] == 'Q' || packet[0] == 'S' || packet[0] == 'F') {
            assertThat(first.receiveUntil('Z')).noneMatch(OddTracesIT::isUnexpected);
          } else if (packet[0] == 'H') {
            first.receiveUntil('2');
          }
        }
        next.send(query(Trace.LOOK));
        first.send(terminate());
        assertThat(look(next.receiveUntil('Z'))).isEqualTo(untouched);
      }
    }
  }

  private static boolean isUnexpected(WireMessage message) {
    return message.type() == 'E' && !message.sqlState().equals("22012");
  }

  private static List<String> look(List<WireMessage> answer) {
    return answer.stream()
        .filter(message -> message.type() == 'D')
        .map(WireMessage::values)
        .findFirst()
        .orElseThrow(() -> new AssertionError(answer));
  }

  private static Map<String, byte[][]> cases() {
    Map<String, byte[][]> cases = new LinkedHashMap<>();
    for (String sql :
        List.of(
            "/* a /* nested */ comment */ SET/**/ROLE hunt_group",
            "set\nrole\n'hunt_group'",
            "SET SESSION ROLE hunt_group",
            "SET \"role\" = hunt_group",
            "SELECT 1; -- one\nSET ROLE hunt_group",
            "SELECT ';', $$;$$, $a$ $$ $a$, E'\\''; SET ROLE hunt_group",
            "SELECT set_config('role', 'hunt_group', false)",
            "SELECT pg_catalog.set_config('my.x', 'v', NOT true)",
            "SELECT set_config('my' || '.x', 'v', false)",
            "WITH a AS (SELECT set_config('my.x', 'v', false)) SELECT * FROM a",
            "VALUES (set_config('my.x', 'v', false))",
            "EXPLAIN ANALYZE SELECT set_config('my.x', 'v', false)",
            "SELECT 1 INTO TEMP odd",
            "WITH a AS (SELECT 1) SELECT * INTO TEMP odd FROM a",
            "EXPLAIN ANALYZE CREATE TEMP TABLE odd AS SELECT 1",
            "CREATE TABLE pg_temp.odd (a int)",
            "CREATE TABLE \"pg_temp\".odd (a int)",
            "CREATE LOCAL TEMPORARY TABLE odd (a int) ON COMMIT DELETE ROWS",
            "CREATE TEMP TABLE gone (a int) ON COMMIT DROP; CREATE TEMP TABLE odd (a int)",
            "SET search_path = pg_temp; CREATE TABLE odd (a int)",
            "SELECT pg_catalog.\"pg_advisory_lock\"(1)",
            "WITH a AS (SELECT pg_try_advisory_lock(1)) SELECT * FROM a",
            "SELECT pg_try_advisory_lock_shared(1)",
            "BEGIN; DECLARE c NO SCROLL CURSOR WITH HOLD FOR SELECT 1; COMMIT",
            "PREPARE q AS SELECT set_config('my.x', 'v', false); EXECUTE q; DEALLOCATE q",
            "PREPARE transaction AS SELECT 7",
            "PREPARE transaction (int) AS SELECT 7",
            "UPDATE pg_settings SET setting = '7777' WHERE name = 'work_mem'",
            "EXPLAIN ANALYZE UPDATE ONLY pg_catalog.pg_settings SET setting = '7777'"
                + " WHERE name = 'work_mem'",
            "SET SCHEMA 'odd'",
            "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SERIALIZABLE",
            "LISTEN odd",
            "BEGIN; SET LOCAL search_path TO pg_temp; CREATE TABLE odd (a int); COMMIT",
            "BEGIN; SELECT set_config('search_path', 'pg_' || 'temp', true);"
                + " CREATE TABLE odd (a int); COMMIT",
            "BEGIN; SET LOCAL SCHEMA 'pg_temp'; SELECT 1 AS a INTO odd; COMMIT",
            "CREATE TABLE U&\"pg\\005ftemp\".odd (a int)",
            "SELECT set_config('role', 'hunt_group', false -- for me, true\n)",
            "SELECT set_config('role', 'hunt_group'/* , true)*/, false)",
            "SELECT set_config('role', 'hunt_group'/*'*/, false), true",
            "SELECT set_config('my.x', $$, true)$$, false)",
            "BEGIN; DECLARE \"for\" CURSOR WITH HOLD FOR SELECT 1; COMMIT",
            "BEGIN; CREATE TABLE joined AS SELECT true AS drop;"
                + " CREATE TEMP TABLE odd AS SELECT 1 AS a FROM joined a JOIN joined commit"
                + " ON commit.drop; DROP TABLE joined; COMMIT",
            "DO $$BEGIN PERFORM set_config('my.x', 'v', false); END$$",
            "DO $$BEGIN SET ROLE hunt_group; END$$",
            "SELECT * FROM ts_stat('SELECT null::tsvector FROM set_config(''my.x'', ''v'', false)')",
            "SET SESSION SESSION AUTHORIZATION hunt_group",
            "SET U&\"r\\006fle\" = hunt_group",
            "SELECT pg_create_physical_replication_slot('odd', false, true)",
            "BEGIN; SET ROLE hunt_group; COMMIT; SELECT 1/0",
            LONG + "SET ROLE hunt_group",
            "SELECT '" + "x".repeat(100_000) + "'; SET my.x = 'v'")) {
      cases.put(sql.length() > 100 ? sql.substring(0, 20) + "..." : sql, packets(query(sql)));
    }
    cases.put(
        "a table on a path of its transaction, in queries of their own",
        packets(
            query("BEGIN"),
            query("SET LOCAL search_path TO pg_temp"),
            query("CREATE TABLE odd (a int)"),
            query("COMMIT")));
    cases.put(
        "a table on a path of its transaction that is a parameter",
        packets(
            query("BEGIN"),
            parse("", "SELECT set_config($1, $2, true)"),
            bind("", "", "search_path", "pg_temp"),
            execute("", 0),
            unnamed("CREATE TABLE odd (a int)"),
            sync(),
            query("COMMIT")));
    cases.put(
        "RESET ALL behind a table on a path",
        packets(
            query("SET search_path = pg_temp"),
            query("CREATE TABLE odd (a int)"),
            query("RESET ALL")));
    cases.put(
        "DISCARD TEMP before a table on a path",
        packets(
            query("SET search_path = pg_temp"),
            query("DISCARD TEMP"),
            query("CREATE TABLE odd (a int)"),
            query("RESET ALL")));
    cases.put(
        "RESET ALL behind a table on a path that an UPDATE has set",
        packets(
            query("UPDATE pg_settings SET setting = 'pg_temp' WHERE name = 'search_path'"),
            query("CREATE TABLE odd (a int)"),
            query("RESET ALL")));
    cases.put(
        "what is called as a keyword is",
        packets(query("SET ROLE hunt_group"), query("SET role.x = 'v'"), query("RESET role.x")));
    cases.put(
        "a setting that is called as a keyword is",
        packets(query("SET local.x = 'v'; SET transaction.y = 'v'")));
    cases.put(
        "CLOSE of a cursor that is called all",
        packets(
            query("BEGIN; DECLARE c CURSOR WITH HOLD FOR SELECT 1; COMMIT"),
            query("BEGIN; DECLARE \"all\" CURSOR WITH HOLD FOR SELECT 1; COMMIT"),
            query("CLOSE \"all\"")));
    cases.put(
        "pg_advisory_unlock_all that is not called",
        packets(
            query("SELECT pg_advisory_lock(1)"),
            query("SELECT pg_advisory_unlock_all() WHERE false")));
    cases.put(
        "RESET ROLE that is rolled back",
        packets(query("SET ROLE hunt_group"), query("BEGIN; RESET ROLE; ROLLBACK")));
    cases.put(
        "RESET ROLE that fails",
        packets(query("SET ROLE hunt_group"), query("RESET ROLE; SELECT 1/0")));
    cases.put(
        "RESET ROLE that is only parsed",
        packets(query("SET ROLE hunt_group"), parse("", "RESET ROLE"), sync()));
    cases.put(
        "RESET ROLE that is only bound",
        packets(query("SET ROLE hunt_group"), parse("", "RESET ROLE"), bind("", ""), sync()));
    cases.put(
        "RESET ROLE that is parsed, another RESET that is executed",
        packets(
            query("SET ROLE hunt_group"),
            parse("", "RESET ROLE"),
            unnamed("RESET work_mem"),
            sync()));
    cases.put(
        "RESET ALL, which resets no role",
        packets(
            parse("", "SELECT set_config($1, $2, false)"),
            bind("", "", "role", "hunt_group"),
            execute("", 0),
            sync(),
            query("RESET ALL")));
    cases.put(
        "RESET ALL behind a role whose name was put together",
        packets(query("SELECT set_config('ro' || 'le', 'hunt_group', false)"), query("RESET ALL")));
    cases.put(
        "SET ROLE in a named statement that is bound later",
        packets(parse("s", "SET ROLE hunt_group"), sync(), bind("", "s"), execute("", 0), sync()));
    cases.put(
        "SET ROLE in an unnamed statement that is bound later",
        packets(parse("", "SET ROLE hunt_group"), sync(), bind("", ""), execute("", 0), sync()));
    cases.put(
        "SET ROLE in an unnamed statement that is bound again behind a RESET ROLE",
        packets(
            parse("r", "RESET ROLE"),
            unnamed("SET ROLE hunt_group"),
            sync(),
            bind("", "r"),
            execute("", 0),
            sync(),
            bind("", ""),
            execute("", 0),
            sync()));
    cases.put(
        "SET ROLE in a portal that is executed behind a RESET ROLE",
        packets(
            parse("r", "RESET ROLE"),
            parse("s", "SET ROLE hunt_group"),
            sync(),
            bind("set", "s"),
            flush(),
            bind("reset", "r"),
            execute("reset", 0),
            execute("set", 0),
            sync()));
    cases.put("a long unnamed statement", packets(unnamed(LONG + "SET ROLE hunt_group"), sync()));
    cases.put(
        "SET ROLE between literals of the old kind",
        packets(
            query("SET standard_conforming_strings = off"),
            query("SELECT '\\''; SET ROLE hunt_group; SELECT '\\''")));
    cases.put("a function call", packets(functionCall(PG_ADVISORY_LOCK, "7")));
    return cases;
  }

  /** The OID of {@code pg_advisory_lock(bigint)}. */
  private static final int PG_ADVISORY_LOCK = 2880;

  private static byte[][] packets(byte[]... packets) {
    return new ArrayList<>(List.of(packets)).toArray(byte[][]::new);
  }
}
