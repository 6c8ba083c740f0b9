package dev.postern.plugins.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ShapeTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "select * from t where id = 5",
        "SELECT  *\n FROM T -- comment\n WHERE id=$1",
        "select * /* a /* nested */ one */ from t where id = 'x''y'",
        "select * from t where id = E'a\\'b'",
        "select * from t where id = $tag$a ' b$tag$;",
        "select * from t where id = -1.5e-3",
        "select * from t where id = B'101' ;;",
        "select*from t where id='a'\n'b'"
      })
  void valuesSpacesCommentsAndCaseDoNotMatter(String sql) {
    assertThat(Shape.of(sql).text()).isEqualTo("select * from t where id = ?");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "select 1 from t where a in (1, 2, 3)   | select ? from t where a in ( ? )",
        "insert into t values (1, 'a'), (2, 'b'), (3, 'c') | insert into t values ( ? )",
        "select a - 1                           | select a - ?",
        "select (a) - 1                         | select ( a ) - ?",
        "select \"A\" from \"T-1\"              | select \"A\" from \"T-1\"",
        "select x1, y$2 from t                  | select x1 , y$2 from t",
      })
  void isTheTextWithoutItsValues(String sql, String expected) {
    assertThat(Shape.of(sql).text()).isEqualTo(expected);
  }

  @Test
  void theFingerprintStaysTheSameOverVersions() {
    assertThat(Shape.of("select 1").fingerprint()).isEqualTo("e1c71d1661ae46e0");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "select 1                                       | [SELECT]",
        "begin; delete from t; commit                   | [BEGIN, DELETE, COMMIT]",
        "(select 1)                                     | [SELECT]",
        "/* x */ with a as (delete from t returning *) select 1 | [WITH, DELETE, SELECT]",
        "explain analyze update t set a = 'delete'      | [EXPLAIN, UPDATE]",
        "select 'a;delete'                              | [SELECT]",
        "''                                             | []",
      })
  void namesTheCommandsOfAllItsStatements(String sql, String expected) {
    assertThat(Shape.of(sql).commands()).hasToString(expected);
  }

  @Test
  void whatCanBeReadInTwoWaysIsUnclear() {
    assertThat(Shape.of("select 'a\\'; delete from t; --'").unclear()).isTrue();
    assertThat(Shape.of("select 'a', E'\\''").unclear()).isFalse();
  }

  @Test
  void aVeryLongTextIsUnclearAndNotReadToItsEnd() {
    Shape shape = Shape.of("select '" + "x".repeat(ShapeReader.MAX_LENGTH) + "'");
    assertThat(shape.unclear()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"'", "\"", "$", "$a", "$a$", "/*", "E'\\", "u&'", "1e", ".", "-", "\0"})
  void whatIsCutShortIsReadAllTheSame(String sql) {
    assertThat(Shape.of(sql).fingerprint()).hasSize(16);
    assertThat(Shape.of("select " + sql).fingerprint()).hasSize(16);
  }

  @Test
  void aTextOfManyCommandsIsReadAtOnceAndNotTakenForClear() {
    StringBuilder sql = new StringBuilder();
    for (int i = 0; i < 40_000; i++) {
      sql.append("c").append(Integer.toString(i, 36)).append(';');
    }
    Shape shape = assertTimeoutPreemptively(Duration.ofSeconds(2), () -> Shape.of(sql.toString()));
    assertThat(shape.unclear()).isTrue();
    assertThat(shape.commands()).hasSize(ShapeReader.MAX_COMMANDS);
  }

  @Test
  void aTextThatCannotBeReadForSureIsUnclear() {
    assertThat(Shape.of("select 'a\\'; prepare n as select 1").unclear()).isTrue();
    assertThat(Shape.of("select 'prepare'").unclear()).isFalse();
  }
}
