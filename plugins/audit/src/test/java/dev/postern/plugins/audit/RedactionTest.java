package dev.postern.plugins.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RedactionTest {
  private static Redaction by(boolean keepLiterals, RedactionRule... rules) {
    return new Redaction(keepLiterals, List.of(rules));
  }

  @Test
  void valuesAreReplaced() {
    assertThat(by(false).ofStatement("select 'a', 1, $$b$$ from t", false))
        .isEqualTo("select '?', ?, '?' from t");
    assertThat(by(true).ofStatement("select 'a'", false)).isEqualTo("select 'a'");
    assertThat(by(true).ofStatement("select 'a'", true)).isEqualTo("select '?'");
  }

  @Test
  void rulesFollowOneAfterTheOther() {
    Redaction redaction =
        by(true, new RedactionRule("[0-9]+", "#"), new RedactionRule("# #", "$1"));
    assertThat(redaction.ofStatement("select 12 34", false)).isEqualTo("select $1");
    assertThat(redaction.ofValue("56 78")).isEqualTo("$1");
  }

  /** Each takes for ever with Java's regular expressions. */
  @ParameterizedTest
  @ValueSource(strings = {"(a+)+$", "(a|aa)+$", "(.*a){20}$", "(x*)*y", "(a|b|ab)*c"})
  void aRuleThatTakesTooLongShowsNothing(String pattern) {
    String text = "a".repeat(5_000) + "!";
    Assertions.assertTimeoutPreemptively(
        Duration.ofSeconds(5),
        () -> {
          String shown = by(true, new RedactionRule(pattern, "?")).ofStatement(text, false);
          assertThat(shown).isIn(Redaction.WITHHELD, text);
        });
  }

  @Test
  void whatIsNoRegularExpressionIsRefused() {
    assertThatThrownBy(() -> new RedactionRule("(", null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("pattern: not a regular expression");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "select 1 | READS",
        " (values (1)) | READS",
        "insert into t values (1) | WRITES",
        "DROP TABLE t; | DDL",
        "begin | OTHERS",
      })
  void theFirstWordTellsTheClass(String sql, StatementClass expected) {
    for (StatementClass one : StatementClass.values()) {
      assertThat(StatementClass.isAny(EnumSet.of(one), sql)).isEqualTo(one == expected);
    }
  }

  @Test
  void aCommentEndsWithACarriageReturnAsWell() {
    String sql = "--\rdelete from customers /*\nselect */";
    assertThat(StatementClass.isAny(EnumSet.of(StatementClass.WRITES), sql)).isTrue();
    assertThat(StatementClass.isAny(EnumSet.of(StatementClass.READS), sql)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "select 1; drop table t",
        "with x as (delete from t returning 1) select * from x",
        "select * into t from u",
        "/* drop */ select 1",
        "explain analyze delete from t",
        "do $$ begin end $$",
        "call p()",
        "-- comment\nexecute p",
        "",
      })
  void whatIsNotKnownIsOfEveryClass(String sql) {
    for (StatementClass one : StatementClass.values()) {
      assertThat(StatementClass.isAny(EnumSet.of(one), sql)).isTrue();
    }
  }
}
