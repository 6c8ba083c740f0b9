package dev.postern.plugins.querylog;

import static dev.postern.plugins.querylog.TrackedSession.BOUND;
import static dev.postern.plugins.querylog.TrackedSession.ERROR;
import static dev.postern.plugins.querylog.TrackedSession.PARSED;
import static dev.postern.plugins.querylog.TrackedSession.READY;
import static dev.postern.plugins.querylog.TrackedSession.bind;
import static dev.postern.plugins.querylog.TrackedSession.complete;
import static dev.postern.plugins.querylog.TrackedSession.execute;
import static dev.postern.plugins.querylog.TrackedSession.large;
import static dev.postern.plugins.querylog.TrackedSession.parse;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.message.Query;
import dev.postern.api.message.Sync;
import dev.postern.api.message.Target;
import dev.postern.plugins.querylog.Pending.Preparation;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which text is logged of what is executed by a name. */
final class KnownNamesTest {
  private final TrackedSession session = new TrackedSession();

  @Test
  void inAPipelineTheUnnamedStatementIsTheOneAsOfTheBind() {
    session.wire.client(parse("", "a"), bind("", ""), execute(""));
    session.wire.client(parse("", "b"), bind("", ""), execute(""), new Sync());
    session.wire.server(
        PARSED, BOUND, complete("SELECT 1"), PARSED, BOUND, complete("SELECT 2"), READY);

    assertThat(session.log)
        .containsExactly("completed a: SELECT 1 rows, 0 us", "completed b: SELECT 2 rows, 0 us");
  }

  @Test
  void aStatementThatWasNotParsedHasNoName() {
    session.run("s", "delete");
    session.wire.client(parse("s", "select 1"), new Sync()).server(ERROR, READY);
    session.wire.client(bind("", "s"), execute(""), new Sync());
    session.wire.server(BOUND, complete("DELETE 7"), READY);

    assertThat(session.log)
        .containsExactly(
            "completed delete: SELECT 1 rows, 0 us",
            "failed select 1: 42601, 0 us",
            "completed delete: DELETE 7 rows, 0 us");
  }

  @Test
  void aStatementWhoseParseWasSkippedHasNoName() {
    session.wire.client(parse("", "bad"), parse("s", "select 1"), new Sync()).server(ERROR, READY);
    session
        .wire
        .client(bind("", "s"), execute(""), new Sync())
        .server(BOUND, complete("DELETE 1"), READY);

    assertThat(session.log)
        .containsExactly("failed bad: 42601, 0 us", "completed (unknown): DELETE 1 rows, 0 us");
  }

  @Test
  void aNameThatMayStandForEitherOfTwoIsUnknown() {
    session.run("s", "delete");
    session.wire.client(parse("s", "select 1"), new Sync(), bind("", "s"), execute(""), new Sync());
    session.wire.server(ERROR, READY, BOUND, complete("DELETE 7"), READY);

    assertThat(session.log)
        .contains("failed select 1: 42601, 0 us", "completed (unknown): DELETE 7 rows, 0 us");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "prepare s as delete",
        "DEALLOCATE ALL",
        "discard all; select 1",
        "do 'begin execute ''deallocate s''; end'"
      })
  void namesThatSqlMayHaveGivenAreUnknown(String sql) {
    session.run("s", "select 1");
    session.wire.client(new Query(sql)).server(complete("PREPARE"), READY);
    session
        .wire
        .client(bind("", "s"), execute(""), new Sync())
        .server(BOUND, complete("DELETE 7"), READY);

    assertThat(session.log).last().isEqualTo("completed (unknown): DELETE 7 rows, 0 us");
  }

  @ParameterizedTest
  @ValueSource(strings = {"declare s cursor for select 2", "deallocate t", "close s", "execute t"})
  void namesThatSqlLeavesAloneAreKnown(String sql) {
    session.run("s", "select 1");
    session.wire.client(new Query(sql)).server(complete("ANY"), READY);
    session
        .wire
        .client(bind("", "s"), execute(""), new Sync())
        .server(BOUND, complete("SELECT 7"), READY);

    assertThat(session.log).last().isEqualTo("completed select 1: SELECT 7 rows, 0 us");
  }

  @Test
  void namesThatAPreparedStatementTakesWhenSqlExecutesItAreUnknown() {
    session.run("s", "select 1");
    session.wire.client(parse("d", "prepare s as delete"), new Sync()).server(PARSED, READY);
    session.wire.client(new Query("execute d")).server(complete("PREPARE"), READY);
    session
        .wire
        .client(bind("", "s"), execute(""), new Sync())
        .server(BOUND, complete("DELETE 7"), READY);

    assertThat(session.log).last().isEqualTo("completed (unknown): DELETE 7 rows, 0 us");
  }

  @Test
  void aLargeParseThatBeginsAsSqlThatGivesANameMayGiveAnother() {
    session.run("s", "select 1");
    session.wire.undecoded(large('P', "\0prepare")).client(bind("", ""), execute(""), new Sync());
    session.wire.server(PARSED, BOUND, complete("PREPARE"), READY);
    session
        .wire
        .client(bind("", "s"), execute(""), new Sync())
        .server(BOUND, complete("DELETE 7"), READY);

    assertThat(session.log).last().isEqualTo("completed (unknown): DELETE 7 rows, 0 us");
  }

  @Test
  void namesThatAPreparedStatementMayHaveGivenAreUnknown() {
    session.run("s", "select 1");
    session.run("", "prepare s as delete");
    session
        .wire
        .client(bind("", "s"), execute(""), new Sync())
        .server(BOUND, complete("DELETE 7"), READY);

    assertThat(session.log).last().isEqualTo("completed (unknown): DELETE 7 rows, 0 us");
  }

  @Test
  void namesThatAStatementThatIsNotKnownMayHaveGivenAreUnknown() {
    session.run("s", "select 1");
    session.wire.client(bind("", "never seen"), execute(""), new Sync());
    session.wire.server(BOUND, complete("PREPARE"), READY);
    session
        .wire
        .client(bind("", "s"), execute(""), new Sync())
        .server(BOUND, complete("DELETE 7"), READY);

    assertThat(session.log).last().isEqualTo("completed (unknown): DELETE 7 rows, 0 us");
  }

  @Test
  void ofALargeQueryTheRestMayHaveGivenNames() {
    session.run("s", "select 1");
    session.wire.undecoded(large('Q', "select 1")).server(complete("SELECT 1"), READY);
    session
        .wire
        .client(bind("", "s"), execute(""), new Sync())
        .server(BOUND, complete("DELETE 7"), READY);

    assertThat(session.log).last().isEqualTo("completed (unknown): DELETE 7 rows, 0 us");
  }

  @Test
  void namesAreTheSameAsFarAsTheServerReadsThem() {
    String cut = "n".repeat(63);
    session.run(cut + "1", "select 1");
    session.run(cut + "2", "delete");
    session.wire.client(bind("", cut + "1"), execute(""), new Sync());
    session.wire.server(BOUND, complete("DELETE 7"), READY);

    assertThat(session.log).last().isEqualTo("completed delete: DELETE 7 rows, 0 us");
  }

  @Test
  void ofALargeBindWhoseNamesAreCutTheStatementIsUnknown() {
    session.run("", "select 1");
    session.wire.undecoded(large('B', "p".repeat(512))).client(execute("p".repeat(63)), new Sync());
    session.wire.server(BOUND, complete("DELETE 7"), READY);

    assertThat(session.log).last().isEqualTo("completed (unknown): DELETE 7 rows, 0 us");
  }

  @Test
  void aQueryTakesThePlaceOfWhatHasNoName() {
    session.run("", "select 1");
    session.wire.client(new Query("a")).server(complete("SELECT 1"), READY);
    session.wire.client(bind("", ""), new Sync()).server(ERROR, READY);
    assertThat(session.log).last().isEqualTo("failed (unknown): 42601, 0 us");
  }

  @Test
  void namesThatAreNeverClosedAreForgottenOldestFirst() {
    for (int i = 0; i <= KnownNames.MAX_STATEMENTS; i++) {
      session.wire.client(parse("s" + i, "sql " + i), new Sync()).server(PARSED, READY);
    }
    session.wire.client(bind("", "s1"), execute(""), new Sync());
    session.wire.server(BOUND, complete("SELECT 1"), READY);
    session.wire.client(bind("", "s0"), execute(""), new Sync());
    session.wire.server(BOUND, complete("SELECT 1"), READY);

    assertThat(session.log)
        .containsExactly(
            "completed sql 1: SELECT 1 rows, 0 us", "completed (unknown): SELECT 1 rows, 0 us");
  }

  @Test
  void ofLongTextsFewerAreKept() {
    KnownNames names = new KnownNames(portal -> {});
    SqlText half = SqlText.of("x".repeat(KnownNames.MAX_WEIGHT / 2), 10_000_000, false);
    for (String name : List.of("a", "b", "c")) {
      Preparation preparation = new Preparation(half, 0);
      names.parse(name, preparation, 1);
      names.given(preparation);
    }
    assertThat(names.text(Target.STATEMENT, "a", 2)).isSameAs(SqlText.UNKNOWN);
    assertThat(names.text(Target.STATEMENT, "b", 2)).isSameAs(half);
  }
}
