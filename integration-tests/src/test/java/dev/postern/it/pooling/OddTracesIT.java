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
  private static PostgresServer server;

  private static final String LONG = "/* " + "x".repeat(100_000) + " */ ";
  private static final Map<String, byte[][]> CASES = cases();

  @BeforeAll
  static void createRoles() {
    server = PostgresServer.builder(PostgresServer.versions().getLast()).start();
    server.createRole(ROLE, Pools.PASSWORD);
    server.execute(
        "ALTER ROLE odd_role SUPERUSER", "CREATE ROLE hunt_group", "GRANT hunt_group TO odd_role");
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  static Set<String> names() {
    return CASES.keySet();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("names")
  void leaveNothingForTheNextClient(String name) {
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
            "BEGIN; SET ROLE hunt_group; COMMIT; SELECT 1/0",
            LONG + "SET ROLE hunt_group",
            "SELECT '" + "x".repeat(100_000) + "'; SET my.x = 'v'")) {
      cases.put(sql.length() > 100 ? sql.substring(0, 20) + "..." : sql, packets(query(sql)));
    }
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
