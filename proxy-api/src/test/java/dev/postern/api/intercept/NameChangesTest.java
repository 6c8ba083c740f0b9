package dev.postern.api.intercept;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.intercept.SessionNames.Given;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The names that are there are {@code s}, {@code t} and {@code S}, of statements and of portals.
 */
final class NameChangesTest {
  private static final String ALL = "s t S";
  private static final long LATER = 9;

  private final SessionNames<String> statements = named();
  private final SessionNames<String> portals = named();

  private static SessionNames<String> named() {
    SessionNames<String> names = new SessionNames<>(10);
    Stream.of("", "s", "t", "S").forEach(name -> names.give(name, "=" + name, 1).confirmed());
    return names;
  }

  private void assertKnownBehind(String sql, String knownStatements, String knownPortals) {
    NameChanges.of(sql).applyTo(statements, portals);
    assertThat(known(statements)).as("statements").isEqualTo(knownStatements);
    assertThat(known(portals)).as("portals").isEqualTo(knownPortals);
  }

  private static String known(SessionNames<String> names) {
    return Stream.of("s", "t", "S")
        .filter(name -> names.get(name, LATER) != null)
        .collect(Collectors.joining(" "));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "PREPARE s AS SELECT 1 | t S",
        "prepare S(int) as select $1 | t S",
        "PREPARE \"S\" AS SELECT 1 | s t",
        "Deallocate\t s | t S",
        "DEALLOCATE PREPARE s; | t S",
        "DEALLOCATE prepare | s t S",
        "SELECT 1;DEALLOCATE s; | t S",
        "; PREPARE s AS SELECT 1; PREPARE t AS SELECT 2 | S",
        "PREPARE TRANSACTION 'a'; PREPARE s AS SELECT 1 | t S",
        "/* */ PREPARE s AS SELECT 1 | t S",
        "/**/PREPARE s AS SELECT 1 | t S",
        "prepare transaction as select 1 | s t S"
      })
  void ofStatementsTheNamesAreForgottenThatATextGivesOrTakes(String sql, String known) {
    assertThat(NameChanges.of(sql).isNone()).isFalse();
    assertKnownBehind(sql, known, ALL);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "DECLARE s CURSOR FOR SELECT 1 | t S",
        "declare \"S\" binary cursor for select 1 | s t",
        "close S; | t S",
        "BEGIN; DECLARE s CURSOR FOR SELECT 1; FETCH ALL FROM s; CLOSE s | t S",
        "CLOSE s; CLOSE t | S"
      })
  void ofPortalsTheNamesAreForgottenThatATextGivesOrTakes(String sql, String known) {
    assertKnownBehind(sql, ALL, known);
  }

  @Test
  void aTextForgetsNamesOfBothKinds() {
    assertKnownBehind("DEALLOCATE s; CLOSE t", "t S", "s S");
  }

  @Test
  void aTextHasALineOfComment() {
    assertKnownBehind("-- it is\nPREPARE s AS SELECT 1", "t S", ALL);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "DEALLOCATE ALL",
        "deallocate prepare all;",
        "PREPARE u&\"\\0073\" AS SELECT 1",
        "PREPARE U&\"d!0061t\" UESCAPE '!' AS SELECT 1",
        "PREPARE \"s\"\"\" AS SELECT 1",
        "PREPARE\"s\"as select 1",
        "DEALLOCATE /* t */ s",
        "DEALLOCATE -- t\n s",
        "DEALLOCATE s/**/",
        "DEALLOCATE PREPARE/**/s",
        "PREPARE s\u00e4 AS SELECT 1",
        "PREPARE \"\u00e4\" AS SELECT 1",
        "DEALLOCATE \"s",
        "PREPARE"
      })
  void allStatementsAreForgottenWhereTheNameIsNotWrittenPlainly(String sql) {
    assertKnownBehind(sql, "", ALL);
    assertThat(statements.get("", LATER)).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"CLOSE ALL", "DECLARE u&\"s\" CURSOR FOR SELECT 1", "CLOSE s, t", "close"})
  void allPortalsAreForgottenWhereTheNameIsNotWrittenPlainly(String sql) {
    assertKnownBehind(sql, ALL, "");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "DISCARD ALL",
        "DO $$ BEGIN EXECUTE 'PRE' || 'PARE s AS SELECT 1'; END $$",
        "DO'begin execute ''deallocate all''; end'",
        "SELECT 1; do language plpgsql 'begin null; end'"
      })
  void allNamesAreForgottenWhereATextCanDoAnything(String sql) {
    assertKnownBehind(sql, "", "");
  }

  @Test
  void whatIsNotKnownCanDoAnything() {
    assertThat(NameChanges.ANY.applyTo(statements, portals)).containsExactly("=", "=s", "=t", "=S");
    assertThat(known(statements) + known(portals)).isEmpty();
  }

  @Test
  void thePortalsThatAreForgottenAreSaid() {
    assertThat(NameChanges.of("CLOSE t; CLOSE u; CLOSE s").applyTo(statements, portals))
        .containsExactlyInAnyOrder("=s", "=t");
    assertThat(NameChanges.of("DEALLOCATE ALL").applyTo(statements, portals)).isEmpty();
  }

  @Test
  void theServerLooksAtSixtyThreeBytesOfAName() {
    String cut = "n".repeat(63);
    statements.give(cut, "long", 1).confirmed();
    assertKnownBehind("DEALLOCATE " + cut.toUpperCase(Locale.ROOT) + "x", ALL, ALL);
    assertThat(statements.get(cut, LATER)).isNull();
  }

  @Test
  void moreNamesThanAnyProgramHasInOneTextAreAny() {
    String many =
        IntStream.range(0, 100).mapToObj(i -> "CLOSE c" + i).collect(Collectors.joining(";"));
    assertKnownBehind(many, ALL, "");
  }

  private Given<String> prepare(String name, String sql) {
    return statements.give(name, sql, 2, NameChanges.of(sql));
  }

  @Test
  void sqlThatExecutesWhatChangesNoNamesChangesNone() {
    prepare("x", "SELECT 1").confirmed();
    prepare("y", "DEALLOCATE s").confirmed();
    prepare("", "DEALLOCATE s").confirmed();
    assertKnownBehind("EXECUTE x; EXECUTE of_sql(1)", ALL, ALL);
  }

  @ParameterizedTest
  @ValueSource(strings = {"EXECUTE x", "SELECT 1; execute X(1);", "EXECUTE u&\"x\"", "EXECUTE e"})
  void sqlThatMayExecuteWhatChangesNamesMayChangeAny(String sql) {
    prepare("x", "DEALLOCATE s");
    prepare("e", "EXECUTE x").confirmed();
    assertKnownBehind(sql, "", "");
  }

  @Test
  void whatWasClosedOrGivenToAnotherTextDoesNotChangeNamesAnyMore() {
    prepare("x", "DEALLOCATE s").confirmed();
    statements.take("x", 3).confirmed();
    prepare("y", "DEALLOCATE s").confirmed();
    prepare("y", "SELECT 1").confirmed();
    assertKnownBehind("EXECUTE x; EXECUTE y", ALL, ALL);

    Given<String> taken = statements.take("x", 4);
    prepare("x", "DEALLOCATE s");
    taken.confirmed();
    assertKnownBehind("EXECUTE x", "", "");
  }

  @Test
  void ofManyThatChangeNamesAnyMay() {
    for (int i = 0; i < 1000; i++) {
      prepare("x" + i, "DEALLOCATE s").confirmed();
    }
    assertKnownBehind("EXECUTE x999", "", "");
  }

  @Test
  void whatHasANameOfOtherLettersMayBeExecutedByAny() {
    prepare("\u00e4", "DEALLOCATE s").confirmed();
    assertKnownBehind("EXECUTE \"\u00e4\"", "", "");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "  ",
        ";",
        "SELECT 'prepare'",
        "SELECT 'prepare';",
        "INSERT INTO t VALUES (1) ON CONFLICT DO NOTHING",
        "BEGIN; UPDATE t SET closed_at = prepared_at, _close = a_declare; COMMIT",
        "prepared",
        "DELETE FROM t",
        "PREPARE TRANSACTION 'a;b'",
        "prepare\ttransaction'a'",
        "EXPLAIN SELECT 1",
        "FETCH ALL FROM s",
        "COMMIT"
      })
  void otherTextsChangeNoNames(String sql) {
    assertThat(NameChanges.of(sql).isNone()).isTrue();
    assertKnownBehind(sql, ALL, ALL);
  }
}
