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
        "SELECT set_config('application_name', 'v', false)",
        "SELECT pg_advisory_xact_lock(1)",
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
        "SET standard_conforming_strings = off | SET of a setting that servers do not report",
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
    assertThat(Effects.reasons(scan(sql))).containsExactly(reason);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT set_config($1, $2, false)",
        "SELECT set_config('ro' || 'le', 'x', false)",
        "SELECT set_config('ro' 'le', 'x', false)",
        "SELECT set_config(E'\\162ole', 'x', false)",
        "SELECT U&\"set\\005fconfig\"('role', 'x', false)",
        "SELECT U&\"set!005fconfig\" UESCAPE '!' ('role', 'x', false)"
      })
  void takesASettingOfAnUnknownNameForAnyThatThereIs(String sql) {
    assertThat(scan(sql) & Effects.UNKNOWN).isEqualTo(Effects.UNKNOWN);
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
