package dev.postern.plugins.limits;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class StatementsTest {
  private static final String DELETE = "delete from t";
  private static final String SELECT = "select 1";
  private static final String LONG = "n".repeat(63);

  private final Statements statements = new Statements();

  private void prepared(String name, String sql) {
    parse(name, sql, 1).done();
  }

  private Pending parse(String name, String sql, long cycle) {
    Pending parse = new Pending(null, cycle + 1, false);
    statements.parse(parse, name, sql, cycle);
    return parse;
  }

  private Pending bind(String portal, String statement, long cycle) {
    Pending bind = new Pending(null, cycle + 1, false);
    statements.bind(bind, portal, statement, cycle);
    return bind;
  }

  private Shape statement(String name, long cycle) {
    return statements.statement(name, cycle).shape();
  }

  private Shape portal(String name, long cycle) {
    return statements.portal(name, cycle).shape();
  }

  @Test
  void aNameStandsForWhatIsParsedBeforeItUpToTheNextSync() {
    prepared("", DELETE);
    parse("", SELECT, 2);
    assertThat(statement("", 2)).isEqualTo(Shape.of(SELECT));
  }

  @Test
  void behindASyncAParseMayHaveFailed() {
    prepared("n", DELETE);
    Pending second = parse("n", SELECT, 2);
    assertThat(statement("n", 3)).isEqualTo(Shape.UNKNOWN);
    second.notDone();
    assertThat(statement("n", 3)).isEqualTo(Shape.of(DELETE));
  }

  @Test
  void namesAreAlikeWhereTheServerSeesNoDifference() {
    prepared(LONG + "a", DELETE);
    assertThat(statement(LONG + "b", 2)).isEqualTo(Shape.of(DELETE));
    assertThat(statement(LONG, 2)).isEqualTo(Shape.of(DELETE));
  }

  @Test
  void namesThatMayBeDifferentOnesAreNotKnown() {
    prepared("\ufffd", SELECT);
    prepared("\u00e4".repeat(40), SELECT);
    assertThat(statement("\ufffd", 2)).isEqualTo(Shape.UNKNOWN);
    assertThat(statement("\u00e4".repeat(40), 2)).isEqualTo(Shape.UNKNOWN);
  }

  @Test
  void whatSqlPreparesMayHaveAnyName() {
    prepared("n", SELECT);
    Pending underWay = parse("m", SELECT, 2);
    statements.forgetAll();
    underWay.done();
    assertThat(statement("n", 2)).isEqualTo(Shape.UNKNOWN);
    assertThat(statement("m", 2)).isEqualTo(Shape.UNKNOWN);
  }

  @Test
  void theOldestOfTooManyIsForgotten() {
    for (int i = 0; i <= Statements.MAX_STATEMENTS; i++) {
      prepared("n" + i, SELECT);
    }
    assertThat(statement("n0", 2)).isEqualTo(Shape.UNKNOWN);
    assertThat(statement("n1", 2)).isEqualTo(Shape.of(SELECT));
  }

  @Test
  void theUnnamedPortalIsWhatWasBoundSinceTheLastSync() {
    prepared("a", SELECT);
    prepared("b", DELETE);
    bind("", "b", 2);
    bind("", "a", 3);
    assertThat(portal("", 3)).isEqualTo(Shape.of(SELECT));
    assertThat(portal("", 4)).isEqualTo(Shape.UNKNOWN);
  }

  @Test
  void aPortalWithANameIsNotReplaced() {
    prepared("a", SELECT);
    prepared("b", DELETE);
    bind("p", "b", 2).done();
    bind("p", "a", 2).notDone();
    assertThat(portal("p", 2)).isEqualTo(Shape.of(DELETE));
  }
}
