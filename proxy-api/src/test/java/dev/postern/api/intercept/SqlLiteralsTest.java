package dev.postern.api.intercept;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class SqlLiteralsTest {
  static Stream<Arguments> texts() {
    return Stream.of(
        arguments("select 'a'", "select '?'"),
        arguments("select 'it''s', 'b'", "select '?', '?'"),
        arguments("select e'a\\'b', 'c'", "select e'?', '?'"),
        arguments("select E'\\\\', x", "select E'?', x"),
        arguments("select n'a', b'01', x'ff', U&'\\0441'", "select n'?', b'?', x'?', U&'?'"),
        arguments("select type'a'", "select type'?'"),
        arguments("select $$a 'b' c$$, 1", "select '?', ?"),
        arguments("select $f$ $$ $f$ || 'x'", "select '?' || '?'"),
        arguments("select $1, $23", "select $1, $23"),
        arguments("select 1, 1.5, .5, 1e-5, 0xff, 1_000", "select ?, ?, .?, ?, ?, ?"),
        arguments("select 1+2, 3-4", "select ?+?, ?-?"),
        arguments("select t1.c2 from t1", "select t1.c2 from t1"),
        arguments("select \"it's 5\", 6", "select \"it's 5\", ?"),
        arguments("select a$1b from x", "select a$1b from x"),
        arguments("select 1 -- it's\nfrom t", "select ? -- it's\nfrom t"),
        arguments("-- it's\rselect 'a' -- b", "-- it's\rselect '?' -- b"),
        arguments("select /* it's /* 5 */ 6 */ 7", "select /* it's /* 5 */ 6 */ ?"),
        arguments("select 'ends here", "select '?'"),
        arguments("select $$ends here", "select '?'"),
        arguments("select E'ends\\", "select E'?'"),
        arguments("select /* ends here", "select /* ends here"),
        arguments("select \"ends here", "select \"ends here"),
        arguments("insert into t values ('ß', 'ü')", "insert into t values ('?', '?')"));
  }

  @ParameterizedTest
  @MethodSource("texts")
  void redacts(String sql, String expected) {
    assertThat(SqlLiterals.redact(sql)).isEqualTo(expected);
  }

  @Test
  void whereABackslashMayOrMayNotEscapeAQuoteNothingFurtherIsShown() {
    assertThat(SqlLiterals.isUnclear("select 'a\\', 'secret'")).isTrue();
    assertThat(SqlLiterals.isUnclear("select 'a\\\\b', E'a\\'', $$\\'$$, \"\\'\" -- \\'"))
        .isFalse();
    assertThat(SqlLiterals.redact("select 'a\\', 'secret'")).isEqualTo("select '?'");
    assertThat(SqlLiterals.redact("select 'a\\'secret'")).isEqualTo("select '?'");
  }

  /** As in SJIS, where the last byte of U+00C3 and a backslash are one character. */
  @Test
  void whereABackslashMayBeHalfACharacterNothingFurtherIsShown() {
    for (String hiding : List.of("E'\u00c3\\'", "'\u00c3\\\\'", "E'a\\\u00c3\\\\\\'")) {
      assertThat(SqlLiterals.isUnclear("select " + hiding + "; drop table t --'")).isTrue();
      assertThat(SqlLiterals.redact("select " + hiding + "; drop table t --'"))
          .isIn("select E'?'", "select '?'");
    }
    for (String plain :
        List.of("E'\u00c3\\n'", "E'\u00c3 \\''", "E'c:\\\\\u00c3\\\\d'", "$$\u00c3\\'$$")) {
      assertThat(SqlLiterals.isUnclear("select " + plain)).isFalse();
    }
  }
}
