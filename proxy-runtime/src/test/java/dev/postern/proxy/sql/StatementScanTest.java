package dev.postern.proxy.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a statement leaves behind is seen whatever it is spelled like, and nothing is made up. */
final class StatementScanTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT temp FROM sensors",
        "INSERT INTO temp VALUES (1)",
        "WITH temp AS (SELECT 1) SELECT * FROM temp",
        "CREATE TABLE temp (a int)",
        "CREATE TEMP TABLE a (b int) ON COMMIT DROP",
        "SELECT 'SET ROLE x', $$; SET ROLE x$$, E'\\'; SET ROLE x' -- ; SET ROLE x",
        "SELECT \"set\", \"role\" FROM roles",
        "SET LOCAL work_mem = '1GB'",
        "RESET work_mem",
        "SET work_mem TO DEFAULT",
        "SET my.own = default -- as it was",
        "SET TimeZone = 'UTC'",
        "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE",
        "SELECT set_config('my.x', 'v', true)",
        "SELECT set_config('my.x', $1, true), set_config($2, f($3, 4)::text, 'on')",
        "SELECT set_config('search_path', 'app, public', true)",
        "SELECT set_config('application_name', 'v', false)",
        "SET LOCAL search_path TO app",
        "SELECT pg_replication_origin_xact_setup('0/1', now())",
        "INSERT INTO t VALUES (1) ON CONFLICT DO NOTHING",
        "SELECT pg_advisory_xact_lock(1)",
        "SELECT dblink_connect, set_limit FROM t",
        "SELECT * FROM dblink('dbname=x', 'SELECT 1') AS t (a int)",
        "SELECT U&'d\\0061t\\+000061' AS u",
        "SELECT U&\"d\\0061t\" FROM u",
        "DECLARE c CURSOR FOR SELECT 1",
        "UPDATE t SET role = 'x'",
        "NOTIFY c"
      })
  void findsNothingInAStatementThatLeavesNothing(String sql) {
    assertThat(scan(sql) & Effects.PINS).isZero();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "SET work_mem = '1GB' | SET of a setting that servers do not report",
        "SET my.own TO \"default\" | SET of a setting that servers do not report",
        "SET my.own TO 'default' | SET of a setting that servers do not report",
        "SET work_mem TO DEFAULT; SET ROLE x | SET ROLE",
        "SET standard_conforming_strings = off | SET of standard_conforming_strings or scram_iterations",
        "SET scram_iterations = 1 | SET of standard_conforming_strings or scram_iterations",
        "SET local.x = 1 | SET of a setting that servers do not report",
        "SET transaction.x = 1 | SET of a setting that servers do not report",
        "SET application_name.x = 1 | SET of a setting that servers do not report",
        "SET time.x = 1 | SET of a setting that servers do not report",
        "SET role.x = none | SET of a setting that servers do not report",
        "SET SESSION authorization.x = 1 | SET of a setting that servers do not report",
        "SET SESSION SESSION AUTHORIZATION x | SET SESSION AUTHORIZATION",
        "SET SESSION AUTHORIZATION \"default\" | SET SESSION AUTHORIZATION",
        "DEALLOCATE prepare; SET ROLE x | SET ROLE",
        "SET search_path = pg_temp | a search_path that may lead to pg_temp",
        "SET search_path TO app, \"PG_TEMP_3\" | a search_path that may lead to pg_temp",
        "SET search_path = U&\"pg\\005ftemp\" | a search_path that may lead to pg_temp",
        "SET search_path = E'pg\\137temp' | a search_path that may lead to pg_temp",
        "SET search_path = 'pg_'\\n'temp' | a search_path that may lead to pg_temp",
        "SET search_path = 'pg_' -- x\\n'temp' | a search_path that may lead to pg_temp",
        "SELECT set_config('search_path', $1, false) | a search_path that may lead to pg_temp",
        "SELECT set_config('search_path', 'PG_TEMP', false) | a search_path that may lead to pg_temp",
        "CREATE TABLE U&\"pg\\005ftemp\".t (a int) | a temporary table",
        "SELECT 1 INTO U&\"pg\\005ftemp\".t | a temporary table",
        "CREATE TABLE pg_temp_3.t (a int) | a temporary table",
        "CREATE TEMP TABLE t AS SELECT FROM a JOIN b ON commit.drop | a temporary table",
        "CREATE TEMP TABLE t (a int) ON/**/COMMIT DROP | a temporary table",
        "DECLARE \"for\" CURSOR WITH HOLD FOR SELECT 1 | a cursor WITH HOLD",
        "SELECT set_config('role', 'x', false -- for me, true\\n) | SET ROLE",
        "SELECT set_config('role', 'x'/* , true)*/, false) | SET ROLE",
        "SELECT set_config('role', 'x'/*'*/, false), true | SET ROLE",
        "SELECT set_config('role', $$, true)$$, false) | SET ROLE",
        "SELECT set_config('role', E'\\', true)', false) | SET ROLE",
        "SELECT set_config('role', \"a, true)\", false) | SET ROLE",
        "SELECT pg_replication_origin_session_setup('o') | "
            + "a replication origin, a replication slot, a backup or a connection of dblink",
        "SELECT pg_create_logical_replication_slot('s', 'p', true) | "
            + "a replication origin, a replication slot, a backup or a connection of dblink",
        "SELECT pg_create_physical_replication_slot('s', true, true) | "
            + "a replication origin, a replication slot, a backup or a connection of dblink",
        "SELECT pg_copy_logical_replication_slot('s', 't', true) | "
            + "a replication origin, a replication slot, a backup or a connection of dblink",
        "SELECT pg_start_backup('b') | a replication origin, a replication slot, a backup or a connection of dblink",
        "SELECT * FROM pg_backup_start('b') | a replication origin, a replication slot, a backup or a connection of dblink",
        "SELECT dblink_connect('c', 'dbname=x') | "
            + "a replication origin, a replication slot, a backup or a connection of dblink",
        "SELECT public.\"dblink_connect_u\" ($1) | "
            + "a replication origin, a replication slot, a backup or a connection of dblink",
        "SELECT set_limit(0.9) | SET of a setting that servers do not report",
        "SELECT set_config('my.x', 'v', NOT true) | SET of a setting that servers do not report",
        "SELECT 1; SET/**/ROLE x | SET ROLE",
        "SELECT set_config('role', 'x', false) | SET ROLE",
        "SET SESSION AUTHORIZATION x | SET SESSION AUTHORIZATION",
        "LISTEN c | LISTEN",
        "PREPARE q AS SELECT 1 | PREPARE",
        "DECLARE c CURSOR WITH HOLD FOR SELECT 1 | a cursor WITH HOLD",
        "CREATE LOCAL TEMPORARY TABLE t (a int) | a temporary table",
        "CREATE OR REPLACE TEMP VIEW v AS SELECT 1 | a temporary table",
        "CREATE TABLE pg_temp.t (a int) | a temporary table",
        "WITH a AS (SELECT 1) SELECT * INTO TEMP t FROM a | a temporary table",
        "EXPLAIN ANALYZE CREATE TEMP TABLE t AS SELECT 1 | a temporary table",
        "CREATE TEMP TABLE t AS SELECT commit drop FROM l | a temporary table",
        "SELECT pg_try_advisory_lock_shared(1) | a session advisory lock",
        "LOAD 'auto_explain' | LOAD"
      })
  void findsWhatAStatementLeaves(String sql, String reason) {
    assertThat(Effects.reasons(scan(sql.replace("\\n", "\n")))).containsExactly(reason);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT set_config($1, $2, false)",
        "SELECT set_config('ro' || 'le', 'x', false)",
        "SELECT set_config('ro' 'le', 'x', false)",
        "SELECT set_config(E'\\162ole', 'x', false)",
        "SELECT U&\"set\\005fconfig\"('role', 'x', false)",
        "SELECT U&\"set!005fconfig\" UESCAPE '!' ('role', 'x', false)",
        "SELECT set_config('role' /* */, 'x', false)",
        "SELECT set_config -- (\n ('role', 'x', false)",
        "DO $$BEGIN SET ROLE x; END$$",
        "DO LANGUAGE plpgsql 'BEGIN END'",
        "SET U&\"r\\006fle\" = x",
        "UPDATE pg_settings SET setting = 'pg_temp' WHERE name = 'search_path'",
        "UPDATE U&\"pg\\005fsettings\" SET setting = 'x'",
        "SELECT query_to_xml('SELECT set_config(''role'', ''x'', false)', true, true, '')",
        "SELECT * FROM ts_stat('SELECT set_config(''role'', ''x'', false)')"
      })
  void takesWhatCannotBeSeenForAnythingThatThereIs(String sql) {
    assertThat(scan(sql) & Effects.PINS).isEqualTo(Effects.UNKNOWN);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SET LOCAL search_path TO pg_temp; CREATE TABLE t (a int)",
        "SET LOCAL SCHEMA 'pg_temp'; SELECT 1 INTO t",
        "SET LOCAL U&\"search\\005fpath\" = 'x'; CREATE VIEW v AS SELECT 1",
        "SELECT set_config('search_path', $1, true); CREATE SEQUENCE s",
        "SELECT set_config($1, $2, true); IMPORT FOREIGN SCHEMA a FROM SERVER b INTO c",
        "SELECT set_config('search_path', 'pg_temp', true); CREATE TABLE t (a int)"
      })
  void findsWhatIsCreatedOnAPathThatLeadsToTemporaryTables(String sql) {
    int both = Effects.TEMPORARY_PATH_LOCALLY | Effects.CREATES;
    assertThat(scan(sql) & (both | Effects.PINS)).isEqualTo(both);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "RESET \"all\".x",
        "RESET role.x",
        "RESET session.authorization",
        "CLOSE \"all\"",
        "DEALLOCATE \"all\"",
        "SELECT 1 AS pg_advisory_unlock_all",
        "SELECT pg_advisory_unlock_all() WHERE false",
        "WITH a AS (SELECT pg_advisory_unlock_all()) SELECT 1"
      })
  void takesNothingAwayThatMayStay(String sql) {
    assertThat(Effects.ended(scan(sql))).isZero();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "RESET ALL | SET work_mem = 1",
        "RESET ALL | SET standard_conforming_strings = off",
        "CLOSE ALL | DECLARE c CURSOR WITH HOLD FOR SELECT 1",
        "DEALLOCATE PREPARE ALL | PREPARE q AS SELECT 1",
        "DISCARD TEMP | CREATE TEMP TABLE t (a int)",
        "SELECT pg_advisory_unlock_all() | SELECT pg_advisory_lock(1)",
        "select pg_catalog.pg_advisory_unlock_all(); | SELECT pg_advisory_lock(1)",
        "DISCARD ALL | SET search_path = pg_temp",
        "DISCARD ALL | DO 'BEGIN END'"
      })
  void takesAwayWhatWasLeft(String end, String begin) {
    int left = scan(begin) & Effects.PINS;
    assertThat(left).isNotZero();
    assertThat(left & ~Effects.ended(scan(end))).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"RESET ALL", "DISCARD TEMP"})
  void aPathThatLeadsToTemporaryTablesIsEndedByDiscardAllOnly(String end) {
    int left = scan("SET search_path = pg_temp") & Effects.PINS & ~Effects.ended(scan(end));
    assertThat(left).isEqualTo(Effects.TEMPORARY_PATH);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "EXECUTE postern_1",
        "execute \"postern_1\" (1)",
        "EXECUTE/**/POSTERN_1",
        "EXECUTE U&\"postern\\005f1\"",
        "SELECT 1; EXECUTE postern_1",
        "EXPLAIN (ANALYZE) EXECUTE postern_1",
        "CREATE TABLE t AS EXECUTE postern_1 WITH NO DATA",
        "PREPARE postern_1 AS SELECT 1",
        "DEALLOCATE postern_1",
        "DEALLOCATE PREPARE \"postern_1\""
      })
  void findsNamesThatArePoolsOwn(String sql) {
    assertThat(scan(sql) & Effects.NAMES_SHARED).isNotZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "EXECUTE mine",
        "EXECUTE u (1)",
        "SELECT * FROM postern_1",
        "SELECT 'EXECUTE postern_1'",
        "CREATE TRIGGER t AFTER INSERT ON a EXECUTE FUNCTION f()",
        "GRANT EXECUTE ON FUNCTION postern_1() TO a",
        "PREPARE mine AS SELECT * FROM postern_1",
        "PREPARE TRANSACTION 'postern_1'",
        "DEALLOCATE ALL"
      })
  void otherNamesAreFree(String sql) {
    assertThat(scan(sql) & Effects.NAMES_SHARED).isZero();
  }

  @Test
  void readsLiteralsOfTheOldKindWhereTheyAreSwitchedOn() {
    byte[] text = "SELECT '\\''; SET ROLE x; SELECT '\\''".getBytes(StandardCharsets.UTF_8);
    assertThat(StatementScan.scan(text, 0, text.length, true) & Effects.ROLE)
        .isEqualTo(Effects.ROLE);
    assertThat(StatementScan.scan(text, 0, text.length, false) & Effects.ROLE).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT E'it''s \\''; SET ROLE x; SELECT ''",
        "SELECT E'it\\'s'' \\''; SET ROLE x; SELECT ''",
        "SELECT E'a'\n'b\\''; SET ROLE x; SELECT ''",
        "SELECT e'a' -- goes on\n  'b\\''; SET ROLE x; SELECT ''",
        "SELECT E'a' 'b\\'; SET ROLE x; SELECT ''",
        "SELECT xe'b\\'; SET ROLE x; SELECT ''"
      })
  void findsTheEndOfALiteralWithEscapes(String sql) {
    assertThat(Effects.reasons(scan(sql))).containsExactly("SET ROLE");
  }

  @ParameterizedTest
  @ValueSource(strings = {"SELECT E'a''\\'; SET ROLE x'", "SELECT E'a'\r\n'\\'; SET ROLE x'"})
  void findsNothingInALiteralWithEscapes(String sql) {
    assertThat(scan(sql)).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SET TimeZone TO DEFAULT",
        "SET SESSION TimeZone = default",
        "SET TIME ZONE DEFAULT",
        "SET TIME ZONE LOCAL",
        "SET NAMES",
        "SET NAMES DEFAULT"
      })
  void findsDefaults(String sql) {
    assertThat(scan(sql)).isEqualTo(Effects.DEFAULTS | Effects.CHANGES_REPORTS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"SET ROLE 'x'", "SET SESSION AUTHORIZATION 'x'"})
  void findsWhatIsBehindAStatementThatEndsWithALiteral(String sql) {
    assertThat(Effects.reasons(scan(sql + "; PREPARE q AS SELECT 1"))).contains("PREPARE");
  }

  @Test
  void saysWhetherWhatEndsSomethingIsAlone() {
    assertThat(scan("RESET ROLE;") & Effects.SEVERAL).isZero();
    assertThat(scan("BEGIN; RESET ROLE; ROLLBACK") & Effects.SEVERAL).isNotZero();
  }

  private static int scan(String sql) {
    byte[] text = sql.getBytes(StandardCharsets.UTF_8);
    return StatementScan.scan(text, 0, text.length, false);
  }
}
