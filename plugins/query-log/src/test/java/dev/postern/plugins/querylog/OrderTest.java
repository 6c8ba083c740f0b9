package dev.postern.plugins.querylog;

import static dev.postern.plugins.querylog.TrackedSession.BOUND;
import static dev.postern.plugins.querylog.TrackedSession.ERROR;
import static dev.postern.plugins.querylog.TrackedSession.PARSED;
import static dev.postern.plugins.querylog.TrackedSession.READY;
import static dev.postern.plugins.querylog.TrackedSession.bind;
import static dev.postern.plugins.querylog.TrackedSession.complete;
import static dev.postern.plugins.querylog.TrackedSession.describe;
import static dev.postern.plugins.querylog.TrackedSession.execute;
import static dev.postern.plugins.querylog.TrackedSession.parse;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.SqlState;
import dev.postern.api.message.BackendMessage;
import dev.postern.api.message.CopyDone;
import dev.postern.api.message.CopyInResponse;
import dev.postern.api.message.Describe;
import dev.postern.api.message.ErrorResponse;
import dev.postern.api.message.Format;
import dev.postern.api.message.FunctionCall;
import dev.postern.api.message.FunctionCallResponse;
import dev.postern.api.message.Query;
import dev.postern.api.message.Sync;
import dev.postern.api.message.Target;
import dev.postern.api.session.CloseReason;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which answer is for which request, and what is logged where that is not certain. */
final class OrderTest {
  private final TrackedSession session = new TrackedSession();

  @Test
  void afterAnErrorTheServerSkipsUpToSync() {
    session.wire.client(parse("a", "a"), bind("", "a"), execute(""), bind("", "a"), execute(""));
    session.wire.client(new Sync(), parse("b", "b"), bind("", "b"), execute(""), new Sync());
    session.wire.server(ERROR, READY, PARSED, BOUND, complete("SELECT 1"), READY);

    assertThat(session.log)
        .containsExactly("failed a: 42601, 0 us", "completed b: SELECT 1 rows, 0 us");
  }

  @Test
  void afterAnErrorAQueryBeforeSyncIsSkippedToo() {
    session.wire.client(
        parse("", "a"), bind("", ""), execute(""), new Query("skipped"), new Sync());
    session.wire.server(ERROR, READY);
    session.wire.client(new Query("b")).server(complete("SELECT 1"), READY);

    assertThat(session.log)
        .containsExactly("failed a: 42601, 0 us", "completed b: SELECT 1 rows, 0 us");
  }

  @Test
  void anErrorWhileNothingRunsBelongsToNoStatement() {
    session.wire.client(new Query("a")).server(complete("SELECT 1"), READY);
    session.wire.server(ErrorResponse.fatal(SqlState.ADMIN_SHUTDOWN, "going down"));
    assertThat(session.log).hasSize(1);
  }

  @Test
  void theServerIgnoresSyncWhileItTakesInCopyData() {
    copy(complete("COPY 5"));
    session.wire.client(parse("s", "bad"), new Sync()).server(ERROR, READY);
    session.run("s", "a");

    assertThat(session.log)
        .containsExactly(
            "completed copy t from stdin: COPY 5 rows, 0 us",
            "failed bad: 42601, 0 us",
            "completed a: SELECT 1 rows, 0 us");
    assertThat(session.losses()).isZero();
  }

  @Test
  void aCopyWhoseRowIsRefusedIsGoneOnBehind() {
    copy(ERROR);
    session.run("", "a");
    assertThat(session.log)
        .containsExactly(
            "failed copy t from stdin: 42601, 0 us", "completed a: SELECT 1 rows, 0 us");
    assertThat(session.losses()).isZero();
  }

  /** As libpq does it. */
  private void copy(BackendMessage outcome) {
    session.wire.client(parse("", "copy t from stdin"), bind("", ""), execute(""), new Sync());
    session.wire.server(PARSED, BOUND, new CopyInResponse(Format.TEXT, List.of()));
    session.wire.client(new CopyDone(), new Sync()).server(outcome, READY);
  }

  @Test
  void anEndOfACopyThatThereIsNotMovesNoAnswerToAnotherStatement() {
    session.run("s", "select 1");
    session.wire.client(bind("", "s"), execute(""), new Sync(), new CopyDone());
    session.wire.client(parse("", "drop table t"), bind("", ""), execute(""), new Sync());
    session.wire.server(BOUND, complete("SELECT 1"), READY, ERROR, READY);
    session.run("", "select 2");

    assertThat(session.log)
        .containsExactly(
            "completed select 1: SELECT 1 rows, 0 us",
            "completed select 1: SELECT 1 rows, 0 us",
            "failed drop table t: 42601, 0 us",
            "completed select 2: SELECT 1 rows, 0 us");
  }

  @Test
  void anErrorBehindADescribeIsOfTheStatementThatIsDescribedAndExecuted() {
    session.wire.client(parse("", "a"), bind("", ""), describe(""), execute(""), new Sync());
    session.after(3_000);
    session.wire.server(PARSED, BOUND, ERROR, READY);
    assertThat(session.log).containsExactly("failed a: 42601, 3 us");
  }

  @Test
  void anErrorOfADescribeOrOfAnotherStatementIsOfNone() {
    session.run("s", "a");
    session.log.clear();
    session.wire.client(parse("", "b"), bind("p", ""), new Describe(Target.STATEMENT, "s"));
    session.wire.client(execute("p"), new Sync()).server(PARSED, BOUND, ERROR, READY);
    session.wire.client(new Describe(Target.STATEMENT, "s"), new Sync()).server(ERROR, READY);
    session.run("", "c");
    assertThat(session.log)
        .containsExactly(
            "failed (unknown): 42601, 0 us",
            "failed a: 42601, 0 us",
            "completed c: SELECT 1 rows, 0 us");
  }

  @Test
  void whatDescribesAreAnsweredWithIsNotNeeded() {
    session.wire.client(parse("s", "a"), new Describe(Target.STATEMENT, "s"), new Sync());
    session.wire.server(PARSED, READY);
    session.wire.client(describe("none"), new Query("b"));
    session.wire.server(complete("SELECT 1"), READY);
    session.run("", "c");
    assertThat(session.log)
        .containsExactly("completed b: SELECT 1 rows, 0 us", "completed c: SELECT 1 rows, 0 us");
    assertThat(session.losses()).isZero();
  }

  @Test
  void whereAQueryMayHaveFailedOrBeenSkippedNothingIsLoggedAnyMore() {
    session.wire.client(describe("none"), new Query("a"), new Sync()).server(ERROR, READY);
    session.wire.client(new Query("b")).server(complete("SELECT 1"), READY);
    session.wire.close(CloseReason.CLIENT_VANISHED);
    assertThat(session.log).isEmpty();
    assertThat(session.losses()).isEqualTo(1);
  }

  @Test
  void anAnswerThatFitsNothingIsTheLastThatIsLookedAt() {
    session.wire.client(new Query("a"), new Query("b")).server(BOUND, complete("SELECT 1"), READY);
    session.wire.server(complete("SELECT 1"), READY).close(CloseReason.CLIENT_VANISHED);
    assertThat(session.log).isEmpty();
    assertThat(session.losses()).isEqualTo(1);
  }

  @Test
  void whatTheServerSkipsIsNotKept() {
    session.wire.client(parse("", "bad")).server(ERROR);
    for (int i = 0; i < 10_000; i++) {
      session.wire.client(parse("s" + i, "a"), bind("p" + i, "s" + i), execute("p" + i));
    }
    session.wire.close(CloseReason.CLIENT_VANISHED);
    assertThat(session.log).containsExactly("failed bad: 42601, 0 us");
  }

  @Test
  void aFunctionCallDoesNotDisturb() {
    session.wire.client(new FunctionCall(1, List.of(), List.of(), Format.TEXT), new Query("a"));
    session.wire.server(new FunctionCallResponse(null), READY, complete("SELECT 1"), READY);
    assertThat(session.log).containsExactly("completed a: SELECT 1 rows, 0 us");
  }
}
