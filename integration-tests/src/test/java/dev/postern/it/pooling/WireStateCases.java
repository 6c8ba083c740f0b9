package dev.postern.it.pooling;

import static dev.postern.testkit.FrontendPackets.bind;
import static dev.postern.testkit.FrontendPackets.describePortal;
import static dev.postern.testkit.FrontendPackets.describeStatement;
import static dev.postern.testkit.FrontendPackets.execute;
import static dev.postern.testkit.FrontendPackets.parse;
import static dev.postern.testkit.FrontendPackets.sync;
import static dev.postern.testkit.FrontendPackets.terminate;
import static dev.postern.testkit.FrontendPackets.unnamed;

import dev.postern.it.pooling.WireCases.Script;
import java.util.LinkedHashMap;
import java.util.Map;

/** What scripted clients do with settings, COPY and what lives in a server's session. */
final class WireStateCases {
  private WireStateCases() {}

  static Map<String, Script> all() {
    Map<String, Script> cases = new LinkedHashMap<>();
    settings(cases);
    sessions(cases);
    values(cases);
    return cases;
  }

  private static void settings(Map<String, Script> cases) {
    cases.put(
        "reported settings, with rollback and savepoints",
        (client, other) ->
            client.query(
                "SET application_name = 'one'",
                "SHOW application_name",
                "BEGIN",
                "SET application_name = 'two'",
                "SAVEPOINT s",
                "SET application_name = 'three'",
                "SET LOCAL TimeZone = 'Asia/Tokyo'",
                "ROLLBACK TO s",
                "SHOW application_name",
                "SHOW TimeZone",
                "ROLLBACK",
                "SHOW application_name",
                "BEGIN; SET LOCAL DateStyle = 'German'; SELECT date '2020-12-31'; COMMIT",
                "SELECT date '2020-12-31'",
                "SET TimeZone = 'Asia/Tokyo'; SET IntervalStyle = 'iso_8601'",
                "SELECT timestamptz '2020-01-01 00:00:00Z', interval '1 day'",
                "RESET TimeZone",
                "SHOW TimeZone",
                "SHOW IntervalStyle",
                "SET client_encoding = 'LATIN1'",
                "SELECT length('abc'), current_setting('client_encoding')",
                "RESET ALL",
                "SHOW client_encoding",
                "SHOW application_name"));
    cases.put(
        "reported settings by set_config and in pipelines",
        (client, other) ->
            client
                .query("SELECT set_config('application_name', 'by function', false)")
                .query("SHOW application_name")
                .exchange(
                    unnamed("SET application_name = 'piped'"),
                    unnamed("SELECT current_setting('application_name')"),
                    sync())
                .exchange(
                    unnamed("SET application_name = 'rolled back'"), unnamed("SELECT 1/0"), sync())
                .query("SHOW application_name"));
    cases.put(
        "settings that are set behind their RESET",
        (client, other) ->
            client
                .query(
                    "SET application_name = 'one'; SET TimeZone = 'Asia/Tokyo'",
                    "RESET application_name; SET application_name = 'two'",
                    "SHOW application_name",
                    "RESET ALL; SET TimeZone = 'America/New_York'",
                    "SHOW application_name",
                    "SHOW TimeZone",
                    "SET TIME ZONE DEFAULT",
                    "SHOW TimeZone")
                .exchange(
                    unnamed("SET application_name = 'three'"),
                    unnamed("RESET ALL"),
                    unnamed("SET application_name = 'four'"),
                    sync())
                .query(
                    "SHOW application_name",
                    "BEGIN; RESET application_name; SET application_name = 'five'; ROLLBACK",
                    "SHOW application_name",
                    "SET application_name TO DEFAULT",
                    "SHOW application_name"));
    cases.put(
        "a setting that refuses its value",
        (client, other) ->
            client.query(
                "SET TimeZone = 'Nowhere/Land'",
                "SET no_such_setting = 1",
                "SET work_mem = 'much'",
                "SHOW TimeZone",
                "SET ROLE nobody_at_all",
                "SET SESSION AUTHORIZATION nobody_at_all"));
    cases.put(
        "settings that are not reported",
        (client, other) ->
            client.query(
                "SET work_mem = '5MB'",
                "SHOW work_mem",
                "SET search_path = conformance_schema",
                "SELECT 1",
                "SHOW search_path",
                "SET my.own = 'mine'",
                "SELECT current_setting('my.own')",
                "SELECT set_config('my.other', 'x', false)",
                "SELECT current_setting('my.other')",
                "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL REPEATABLE READ",
                "SHOW transaction_isolation",
                "SET statement_timeout = '30ms'",
                "SELECT pg_sleep(10)",
                "RESET ALL",
                "SHOW work_mem",
                "SHOW search_path",
                "SHOW transaction_isolation",
                "SHOW statement_timeout",
                "SELECT coalesce(current_setting('my.own', true), '')"));
    cases.put(
        "a statement prepared under another search path",
        (client, other) ->
            client
                .exchange(parse("named", "SELECT kind FROM conformance_place"), sync())
                .query("SET search_path = conformance_schema, public")
                .exchange(parse("named", "SELECT kind FROM conformance_place"), sync())
                .exchange(bind("", "named"), execute("", 0), sync())
                .query("SET search_path = public")
                .exchange(bind("", "named"), execute("", 0), sync())
                .query("RESET search_path"));
  }

  private static void sessions(Map<String, Script> cases) {
    cases.put(
        "a temporary table",
        (client, other) ->
            client.query(
                "CREATE TEMP TABLE own (a int)",
                "INSERT INTO own VALUES (1), (2)",
                "SELECT sum(a) FROM own",
                "BEGIN; INSERT INTO own VALUES (3); ROLLBACK",
                "SELECT count(*) FROM own",
                "DROP TABLE own",
                "SELECT * FROM own",
                "BEGIN",
                "CREATE TEMP TABLE brief (a int) ON COMMIT DROP",
                "SELECT count(*) FROM brief",
                "COMMIT",
                "SELECT * FROM brief",
                "CREATE TEMP TABLE discarded (a int)",
                "DISCARD TEMP",
                "SELECT * FROM discarded"));
    cases.put(
        "channels",
        (client, other) -> {
          client.query("LISTEN conformance_a", "NOTIFY conformance_a, 'own'");
          other.query("NOTIFY conformance_a, 'another client'");
          client.next();
          client.query(
              "BEGIN",
              "LISTEN conformance_b",
              "SAVEPOINT s",
              "UNLISTEN conformance_a",
              "LISTEN conformance_c",
              "ROLLBACK TO s",
              "NOTIFY conformance_b, 'in the block'",
              "NOTIFY conformance_c, 'unheard'",
              "COMMIT",
              "BEGIN; NOTIFY conformance_a, 'lost'; UNLISTEN *; ROLLBACK",
              "BEGIN; SELECT 1/0",
              "LISTEN conformance_d",
              "UNLISTEN conformance_d",
              "COMMIT",
              "LISTEN conformance_d; NOTIFY conformance_d, 'at once'; SELECT 1",
              "LISTEN conformance_e; SELECT 1/0",
              "NOTIFY conformance_e, 'unheard'",
              "UNLISTEN conformance_d; NOTIFY conformance_d, 'unheard'",
              "LISTEN *",
              "LISTEN a b");
          client.exchange(
              parse("l", "LISTEN conformance_f"),
              describeStatement("l"),
              bind("", "l"),
              describePortal(""),
              execute("", 0),
              unnamed("NOTIFY conformance_f, 'piped'"),
              sync());
          client.query("DISCARD ALL", "NOTIFY conformance_a, 'unheard'");
        });
    cases.put(
        "PREPARE in SQL",
        (client, other) ->
            client.query(
                "PREPARE named (int) AS SELECT $1 + 1",
                "EXECUTE named(1)",
                "EXECUTE named(2)",
                "DEALLOCATE named",
                "EXECUTE named(3)",
                "BEGIN; PREPARE other AS SELECT 'other'; ROLLBACK",
                "EXECUTE other",
                "DEALLOCATE ALL",
                "EXECUTE other"));
    cases.put(
        "a cursor that outlives its transaction",
        (client, other) ->
            client.query(
                "BEGIN",
                "DECLARE held CURSOR WITH HOLD FOR SELECT generate_series(1, 10)",
                "COMMIT",
                "FETCH 3 FROM held",
                "FETCH 3 FROM held",
                "CLOSE held",
                "FETCH 3 FROM held",
                "DECLARE loose CURSOR FOR SELECT 1"));
    cases.put(
        "advisory locks",
        (client, other) -> {
          client.query("SELECT pg_advisory_lock(4711)", "SELECT 1");
          other.query("SELECT pg_try_advisory_lock(4711)");
          client.query("SELECT pg_advisory_unlock(4711)", "SELECT pg_advisory_unlock(4711)");
          other.query("SELECT pg_try_advisory_lock(4711)", "SELECT pg_advisory_unlock_all()");
          client.query("BEGIN", "SELECT pg_advisory_xact_lock(4711)");
          other.query("SELECT pg_try_advisory_lock(4711)");
          client.query("COMMIT");
          other.query("SELECT pg_try_advisory_lock(4711)", "SELECT pg_advisory_unlock(4711)");
        });
    cases.put(
        "roles",
        (client, other) ->
            client.query(
                "SET ROLE conformance_group",
                "SELECT current_user",
                "SELECT session_user",
                "BEGIN; RESET ROLE; SELECT current_user; ROLLBACK",
                "SELECT current_user",
                "RESET ROLE",
                "SELECT current_user",
                "SET ROLE conformance_group",
                "RESET ALL",
                "SELECT current_user",
                "SET ROLE NONE",
                "SELECT current_user"));
    cases.put(
        "transactions in simple queries",
        (client, other) ->
            client.query(
                "BEGIN; SELECT 1; COMMIT; SELECT 2",
                "SELECT 1; BEGIN; SELECT 2",
                "SELECT 3; ROLLBACK; SELECT 4",
                "COMMIT",
                "BEGIN",
                "BEGIN",
                "SAVEPOINT s",
                "SELECT no_such_column",
                "ROLLBACK TO s",
                "RELEASE s",
                "COMMIT AND CHAIN",
                "COMMIT",
                "START TRANSACTION ISOLATION LEVEL SERIALIZABLE READ ONLY",
                "SHOW transaction_isolation",
                "INSERT INTO conformance VALUES (1, 'refused')",
                "ABORT"));
    cases.put(
        "notices",
        (client, other) ->
            client.query(
                "DO $$ BEGIN RAISE NOTICE 'a notice'; RAISE WARNING 'a warning'; END $$",
                "SET client_min_messages = error",
                "DO $$ BEGIN RAISE NOTICE 'unheard'; END $$",
                "RESET client_min_messages",
                "DROP TABLE IF EXISTS never_was_there",
                "DO $$ BEGIN RAISE EXCEPTION 'an exception' USING DETAIL = 'detail', HINT = 'hint'; END $$"));
    cases.put(
        "Terminate in a transaction",
        (client, other) -> {
          client.query("BEGIN", "INSERT INTO conformance VALUES (200, 'never')");
          client.send(terminate()).end();
          other.query("SELECT count(*) FROM conformance WHERE id = 200");
        });
  }

  private static void values(Map<String, Script> cases) {
    cases.put(
        "large values",
        (client, other) -> {
          client.query("SELECT repeat('x', 3000000)");
          client.query("SELECT i, repeat(i::text, 100) FROM generate_series(1, 2000) i");
          client
              .exchange(parse("large", "SELECT length($1), '" + "y".repeat(300_000) + "'"), sync())
              .exchange(bind("", "large", "z".repeat(2_000_000)), execute("", 0), sync())
              .exchange(bind("", "large", "z"), execute("", 0), sync());
        });
  }
}
