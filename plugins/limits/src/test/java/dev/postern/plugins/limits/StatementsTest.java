package dev.postern.plugins.limits;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class StatementsTest {
  private static final Shape DELETE = Shape.of("delete from t");
  private static final Shape SELECT = Shape.of("select 1");
  private static final String LONG = "n".repeat(63);

  private final Statements statements = new Statements();

  private void prepared(String name, Shape shape) {
    statements.parse(name, shape, 1);
    statements.parseComplete();
    statements.answered(1, true);
  }

  @Test
  void aNameStandsForWhatIsParsedBeforeItUpToTheNextSync() {
    prepared("", DELETE);
    statements.parse("", SELECT, 2);
    assertThat(statements.statement("", 2)).isEqualTo(SELECT);
  }

  @Test
  void behindASyncAParseMayHaveFailed() {
    prepared("n", DELETE);
    statements.parse("n", SELECT, 2);
    assertThat(statements.statement("n", 3)).isEqualTo(Shape.UNKNOWN);
    statements.answered(2, true);
    assertThat(statements.statement("n", 3)).isEqualTo(DELETE);
  }

  @Test
  void namesAreAlikeWhereTheServerSeesNoDifference() {
    prepared(LONG + "a", DELETE);
    assertThat(statements.statement(LONG + "b", 2)).isEqualTo(DELETE);
    assertThat(statements.statement(LONG, 2)).isEqualTo(DELETE);
  }

  @Test
  void namesThatMayBeDifferentOnesAreNotKnown() {
    prepared("\ufffd", SELECT);
    prepared("x" + "\u00e4".repeat(40), SELECT);
    assertThat(statements.statement("\ufffd", 2)).isEqualTo(Shape.UNKNOWN);
    assertThat(statements.statement("x" + "\u00e4".repeat(31), 2)).isEqualTo(SELECT);
    prepared("\u00e4".repeat(40), SELECT);
    assertThat(statements.statement("\u00e4".repeat(40), 2)).isEqualTo(Shape.UNKNOWN);
  }

  @Test
  void whatSqlPreparesMayHaveAnyName() {
    prepared("n", SELECT);
    statements.parse("m", SELECT, 2);
    statements.preparedBySql();
    statements.parseComplete();
    assertThat(statements.statement("n", 2)).isEqualTo(Shape.UNKNOWN);
    assertThat(statements.statement("m", 2)).isEqualTo(Shape.UNKNOWN);
  }

  @Test
  void parsesWithoutAnAnswerAreKeptUpToANumber() {
    for (int i = 0; i <= Statements.MAX_STATEMENTS; i++) {
      statements.parse("n" + i, SELECT, 1);
    }
    assertThat(statements.statement("n0", 1)).isEqualTo(Shape.UNKNOWN);
    statements.answered(1, true);
    prepared("n0", SELECT);
    assertThat(statements.statement("n0", 2)).isEqualTo(SELECT);
  }

  @Test
  void theUnnamedPortalIsWhatWasBoundSinceTheLastSync() {
    prepared("a", SELECT);
    prepared("b", DELETE);
    statements.bind("", "b", 2);
    statements.bind("", "a", 3);
    assertThat(statements.portal("", 3)).isEqualTo(SELECT);
    assertThat(statements.portal("", 4)).isEqualTo(Shape.UNKNOWN);
  }

  @Test
  void aPortalWithANameIsNotReplaced() {
    prepared("a", SELECT);
    prepared("b", DELETE);
    statements.bind("p", "b", 2);
    statements.bind("p", "a", 2);
    assertThat(statements.portal("p", 2)).isEqualTo(Shape.UNKNOWN);
  }
}
