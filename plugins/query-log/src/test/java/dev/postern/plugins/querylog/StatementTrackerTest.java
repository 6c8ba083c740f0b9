package dev.postern.plugins.querylog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.Bytes;
import dev.postern.api.SqlState;
import dev.postern.api.intercept.UndecodedMessage;
import dev.postern.api.message.BackendMessage;
import dev.postern.api.message.Bind;
import dev.postern.api.message.BindComplete;
import dev.postern.api.message.Close;
import dev.postern.api.message.CloseComplete;
import dev.postern.api.message.CommandComplete;
import dev.postern.api.message.CopyDone;
import dev.postern.api.message.CopyInResponse;
import dev.postern.api.message.Describe;
import dev.postern.api.message.EmptyQueryResponse;
import dev.postern.api.message.ErrorResponse;
import dev.postern.api.message.Execute;
import dev.postern.api.message.Format;
import dev.postern.api.message.FrontendMessage;
import dev.postern.api.message.FunctionCall;
import dev.postern.api.message.FunctionCallResponse;
import dev.postern.api.message.Parse;
import dev.postern.api.message.ParseComplete;
import dev.postern.api.message.PortalSuspended;
import dev.postern.api.message.Query;
import dev.postern.api.message.ReadyForQuery;
import dev.postern.api.message.Sync;
import dev.postern.api.message.Target;
import dev.postern.api.message.TransactionStatus;
import dev.postern.api.session.CloseReason;
import dev.postern.plugins.querylog.Pending.Preparation;
import dev.postern.testkit.spi.FakeInterests;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class StatementTrackerTest {
  private static final BackendMessage READY = new ReadyForQuery(TransactionStatus.IDLE);
  private static final BackendMessage IN_TRANSACTION =
      new ReadyForQuery(TransactionStatus.IN_TRANSACTION);
  private static final BackendMessage PARSED = new ParseComplete();
  private static final BackendMessage BOUND = new BindComplete();
  private static final BackendMessage CLOSED = new CloseComplete();
  private static final BackendMessage ERROR =
      ErrorResponse.error(new SqlState("42601"), "syntax error");

  private final FakeInterests session = new FakeInterests();
  private final List<String> log = new ArrayList<>();
  private long now = 1_000_000;
  private int losses;

  @BeforeEach
  void openTheSession() {
    StatementTracker tracker = new StatementTracker(() -> now, this::write, () -> losses++);
    new Observation(sql -> SqlText.of(sql, 100, false), tracker).declare(session);
  }

  @Test
  void aSimpleQueryIsLoggedWithItsRowsAndItsTime() {
    session.client(new Query("select 1"));
    after(2_000);
    session.server(complete("SELECT 3"), READY);

    assertThat(log).containsExactly("completed select 1: SELECT 3 rows, 2 us");
  }

  @Test
  void whatIsTooLargeToBeDecodedIsLoggedWithItsBeginning() {
    session
        .undecoded(large('Q', "select 1"))
        .server(complete("SELECT 1"), READY)
        .undecoded(large('P', "s\0insert 2"))
        .undecoded(large('B', "p\0s\0"))
        .client(new Execute("p", 0), new Sync())
        .server(PARSED, BOUND, complete("INSERT 0 2"), READY);

    assertThat(log)
        .containsExactly(
            "completed select 1... (message of 9999 bytes, not decoded): SELECT 1 rows, 0 us",
            "completed insert 2... (message of 9999 bytes, not decoded): INSERT 2 rows, 0 us");
  }

  @Test
  void anErrorThatIsTooLargeToBeDecodedStillFailsItsStatement() {
    session
        .client(new Query("select 1"))
        .undecoded(
            new UndecodedMessage(false, 'E', 9999, Bytes.utf8("SERROR\0VERROR\0C22012\0Mdivision")))
        .server(READY);

    assertThat(log).containsExactly("failed select 1: 22012, 0 us");
  }

  private static UndecodedMessage large(char type, String start) {
    return new UndecodedMessage(true, type, 9999, Bytes.utf8(start));
  }

  @Test
  void aCommandThatCountsNoRowsHasNone() {
    session.client(new Query("begin")).server(complete("BEGIN"), IN_TRANSACTION);
    assertThat(log).containsExactly("completed begin: BEGIN, 0 us");
  }

  @Test
  void theCommandTagsNumbersAreNotPartOfTheCommand() {
    session.client(new Query("x")).server(complete("INSERT 0 7"), READY);
    assertThat(log).containsExactly("completed x: INSERT 7 rows, 0 us");
  }

  @Test
  void eachStatementOfAQueryIsLoggedWithItsOwnTime() {
    session.client(new Query("select 1; select 2"));
    after(1_000);
    session.server(complete("SELECT 1"));
    after(5_000);
    session.server(complete("SELECT 2"), READY);

    assertThat(log)
        .containsExactly(
            "completed select 1; select 2: SELECT 1 rows, 1 us",
            "completed select 1; select 2 (2): SELECT 2 rows, 5 us");
  }

  @Test
  void anErrorInTheMiddleOfAQueryIsItsLastStatement() {
    session.client(new Query("a; b; c"), new Query("d"));
    session.server(complete("SELECT 1"), ERROR, READY, complete("SELECT 2"), READY);

    assertThat(log)
        .containsExactly(
            "completed a; b; c: SELECT 1 rows, 0 us",
            "failed a; b; c (2): 42601, 0 us",
            "completed d: SELECT 2 rows, 0 us");
  }

  @Test
  void anEmptyQueryIsNotLogged() {
    session.client(new Query(";"), new Query("a"));
    session.server(new EmptyQueryResponse(), READY, complete("SELECT 1"), READY);
    assertThat(log).containsExactly("completed a: SELECT 1 rows, 0 us");
  }

  @Test
  void anErrorWithoutASqlStateIsLoggedAllTheSame() {
    session.client(new Query("a")).server(new ErrorResponse(Map.of()), READY);
    assertThat(log).containsExactly("failed a: null, 0 us");
  }

  @Test
  void pipelinedQueriesDoNotCountTheTimeOfThoseBeforeThem() {
    session.client(new Query("a"), new Query("b"));
    after(3_000);
    session.server(complete("SELECT 1"), READY);
    after(4_000);
    session.server(complete("SELECT 1"), READY);

    assertThat(log)
        .containsExactly("completed a: SELECT 1 rows, 3 us", "completed b: SELECT 1 rows, 4 us");
  }

  @Test
  void anExecuteIsLoggedWithTheTextOfItsStatement() {
    session.client(parse("s", "select $1"), bind("", "s"), execute(""), new Sync());
    after(2_000);
    session.server(PARSED, BOUND, complete("SELECT 1"), READY);
    session.client(bind("", "s"), execute(""), new Sync());
    session.server(BOUND, complete("SELECT 2"), READY);

    assertThat(log)
        .containsExactly(
            "completed select $1: SELECT 1 rows, 2 us", "completed select $1: SELECT 2 rows, 0 us");
  }

  @Test
  void inAPipelineTheUnnamedStatementIsTheOneAsOfTheBind() {
    session.client(parse("", "a"), bind("", ""), execute(""));
    session.client(parse("", "b"), bind("", ""), execute(""), new Sync());
    session.server(PARSED, BOUND, complete("SELECT 1"), PARSED, BOUND, complete("SELECT 2"), READY);

    assertThat(log)
        .containsExactly("completed a: SELECT 1 rows, 0 us", "completed b: SELECT 2 rows, 0 us");
  }

  @Test
  void afterAnErrorTheServerSkipsUpToSync() {
    session.client(parse("a", "a"), bind("", "a"), execute(""), bind("", "a"), execute(""));
    session.client(new Sync(), parse("b", "b"), bind("", "b"), execute(""), new Sync());
    session.server(ERROR, READY, PARSED, BOUND, complete("SELECT 1"), READY);

    assertThat(log).containsExactly("failed a: 42601, 0 us", "completed b: SELECT 1 rows, 0 us");
  }

  @Test
  void afterAnErrorAQueryBeforeSyncIsSkippedToo() {
    session.client(parse("", "a"), bind("", ""), execute(""), new Query("skipped"), new Sync());
    session.server(ERROR, READY);
    session.client(new Query("b")).server(complete("SELECT 1"), READY);

    assertThat(log).containsExactly("failed a: 42601, 0 us", "completed b: SELECT 1 rows, 0 us");
  }

  @Test
  void anErrorOfAParseWithoutAnExecuteIsLogged() {
    session.client(parse("s", "selec"), new Sync(), new Query("b"));
    after(1_000);
    session.server(ERROR, READY, complete("SELECT 1"), READY);

    assertThat(log)
        .containsExactly("failed selec: 42601, 1 us", "completed b: SELECT 1 rows, 0 us");
  }

  @Test
  void anErrorWhileNothingRunsBelongsToNoStatement() {
    session.client(new Query("a")).server(complete("SELECT 1"), READY);
    session.server(ErrorResponse.fatal(SqlState.ADMIN_SHUTDOWN, "going down"));
    assertThat(log).hasSize(1);
  }

  @Test
  void theFetchesOfACursorAreOneStatement() {
    session.client(parse("", "a"), bind("c", ""), new Execute("c", 10), new Sync());
    after(1_000);
    session.server(PARSED, BOUND, new PortalSuspended(), IN_TRANSACTION);
    after(100_000);
    session.client(new Execute("c", 10), new Sync());
    after(1_000);
    session.server(complete("SELECT 4"), IN_TRANSACTION);

    assertThat(log).containsExactly("completed a: SELECT 14 rows, 2 us");
  }

  @Test
  void aCursorThatIsClosedEarlyIsLoggedAsSuspended() {
    session.client(parse("", "a"), bind("c", ""), new Execute("c", 10), new Sync());
    session.server(PARSED, BOUND, new PortalSuspended(), IN_TRANSACTION);
    session.client(new Close(Target.PORTAL, "c"), new Sync()).server(CLOSED, IN_TRANSACTION);

    assertThat(log).containsExactly("suspended a: 10 rows, 0 us");
  }

  @Test
  void aLimitedFetchWhosePortalWasClosedInTheSamePipelineIsLogged() {
    session.client(parse("", "a"), bind("c", ""), new Execute("c", 10));
    session.client(new Close(Target.PORTAL, "c"), new Sync());
    session.server(PARSED, BOUND, new PortalSuspended(), CLOSED, READY);

    assertThat(log).containsExactly("suspended a: 10 rows, 0 us");
  }

  @Test
  void theEndOfTheTransactionEndsItsCursors() {
    session.client(parse("", "a"), bind("c", ""), new Execute("c", 10), new Sync());
    session.server(PARSED, BOUND, new PortalSuspended(), READY);
    assertThat(log).containsExactly("suspended a: 10 rows, 0 us");
  }

  @Test
  void theEndOfATransactionDoesNotTouchPortalsThatCameAfterIt() {
    session.client(parse("s", "a"), bind("", "s"), execute(""), new Sync(), bind("p", "s"));
    session.server(PARSED, BOUND, complete("SELECT 1"), READY);
    session.client(execute("p"), new Sync()).server(BOUND, complete("SELECT 2"), READY);

    assertThat(log)
        .containsExactly("completed a: SELECT 1 rows, 0 us", "completed a: SELECT 2 rows, 0 us");
  }

  @Test
  void theServerIgnoresSyncWhileItTakesInCopyData() {
    copy(complete("COPY 5"));
    session.client(parse("s", "bad"), new Sync()).server(ERROR, READY);
    run("s", "a");

    assertThat(log)
        .containsExactly(
            "completed copy t from stdin: COPY 5 rows, 0 us",
            "failed bad: 42601, 0 us",
            "completed a: SELECT 1 rows, 0 us");
    assertThat(losses).isZero();
  }

  @Test
  void aCopyWhoseRowIsRefusedIsGoneOnBehind() {
    copy(ERROR);
    run("", "a");
    assertThat(log)
        .containsExactly(
            "failed copy t from stdin: 42601, 0 us", "completed a: SELECT 1 rows, 0 us");
    assertThat(losses).isZero();
  }

  /** As libpq does it. */
  private void copy(BackendMessage outcome) {
    session.client(parse("", "copy t from stdin"), bind("", ""), execute(""), new Sync());
    session.server(PARSED, BOUND, new CopyInResponse(Format.TEXT, List.of()));
    session.client(new CopyDone(), new Sync()).server(outcome, READY);
  }

  @Test
  void anEndOfACopyThatThereIsNotMovesNoAnswerToAnotherStatement() {
    run("s", "select 1");
    session.client(bind("", "s"), execute(""), new Sync(), new CopyDone());
    session.client(parse("", "drop table t"), bind("", ""), execute(""), new Sync());
    session.server(BOUND, complete("SELECT 1"), READY, ERROR, READY);
    run("", "select 2");

    assertThat(log)
        .containsExactly(
            "completed select 1: SELECT 1 rows, 0 us",
            "completed select 1: SELECT 1 rows, 0 us",
            "failed drop table t: 42601, 0 us",
            "completed select 2: SELECT 1 rows, 0 us");
  }

  @Test
  void aStatementThatWasNotParsedHasNoName() {
    run("s", "delete");
    session.client(parse("s", "select 1"), new Sync()).server(ERROR, READY);
    session.client(bind("", "s"), execute(""), new Sync());
    session.server(BOUND, complete("DELETE 7"), READY);

    assertThat(log)
        .containsExactly(
            "completed delete: SELECT 1 rows, 0 us",
            "failed select 1: 42601, 0 us",
            "completed delete: DELETE 7 rows, 0 us");
  }

  @Test
  void aStatementWhoseParseWasSkippedHasNoName() {
    session.client(parse("", "bad"), parse("s", "select 1"), new Sync()).server(ERROR, READY);
    session
        .client(bind("", "s"), execute(""), new Sync())
        .server(BOUND, complete("DELETE 1"), READY);

    assertThat(log)
        .containsExactly("failed bad: 42601, 0 us", "completed (unknown): DELETE 1 rows, 0 us");
  }

  @Test
  void aNameThatMayStandForEitherOfTwoIsUnknown() {
    run("s", "delete");
    session.client(parse("s", "select 1"), new Sync(), bind("", "s"), execute(""), new Sync());
    session.server(ERROR, READY, BOUND, complete("DELETE 7"), READY);

    assertThat(log)
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
    run("s", "select 1");
    session.client(new Query(sql)).server(complete("PREPARE"), READY);
    session
        .client(bind("", "s"), execute(""), new Sync())
        .server(BOUND, complete("DELETE 7"), READY);

    assertThat(log).last().isEqualTo("completed (unknown): DELETE 7 rows, 0 us");
  }

  @ParameterizedTest
  @ValueSource(strings = {"declare s cursor for select 2", "deallocate t", "close s", "execute t"})
  void namesThatSqlLeavesAloneAreKnown(String sql) {
    run("s", "select 1");
    session.client(new Query(sql)).server(complete("ANY"), READY);
    session
        .client(bind("", "s"), execute(""), new Sync())
        .server(BOUND, complete("SELECT 7"), READY);

    assertThat(log).last().isEqualTo("completed select 1: SELECT 7 rows, 0 us");
  }

  @Test
  void namesThatAPreparedStatementTakesWhenSqlExecutesItAreUnknown() {
    run("s", "select 1");
    session.client(parse("d", "prepare s as delete"), new Sync()).server(PARSED, READY);
    session.client(new Query("execute d")).server(complete("PREPARE"), READY);
    session
        .client(bind("", "s"), execute(""), new Sync())
        .server(BOUND, complete("DELETE 7"), READY);

    assertThat(log).last().isEqualTo("completed (unknown): DELETE 7 rows, 0 us");
  }

  @Test
  void aLargeParseThatBeginsAsSqlThatGivesANameMayGiveAnother() {
    run("s", "select 1");
    session.undecoded(large('P', "\0prepare")).client(bind("", ""), execute(""), new Sync());
    session.server(PARSED, BOUND, complete("PREPARE"), READY);
    session
        .client(bind("", "s"), execute(""), new Sync())
        .server(BOUND, complete("DELETE 7"), READY);

    assertThat(log).last().isEqualTo("completed (unknown): DELETE 7 rows, 0 us");
  }

  @Test
  void namesThatAPreparedStatementMayHaveGivenAreUnknown() {
    run("s", "select 1");
    run("", "prepare s as delete");
    session
        .client(bind("", "s"), execute(""), new Sync())
        .server(BOUND, complete("DELETE 7"), READY);

    assertThat(log).last().isEqualTo("completed (unknown): DELETE 7 rows, 0 us");
  }

  @Test
  void namesThatAStatementThatIsNotKnownMayHaveGivenAreUnknown() {
    run("s", "select 1");
    session.client(bind("", "never seen"), execute(""), new Sync());
    session.server(BOUND, complete("PREPARE"), READY);
    session
        .client(bind("", "s"), execute(""), new Sync())
        .server(BOUND, complete("DELETE 7"), READY);

    assertThat(log).last().isEqualTo("completed (unknown): DELETE 7 rows, 0 us");
  }

  @Test
  void ofALargeQueryTheRestMayHaveGivenNames() {
    run("s", "select 1");
    session.undecoded(large('Q', "select 1")).server(complete("SELECT 1"), READY);
    session
        .client(bind("", "s"), execute(""), new Sync())
        .server(BOUND, complete("DELETE 7"), READY);

    assertThat(log).last().isEqualTo("completed (unknown): DELETE 7 rows, 0 us");
  }

  @Test
  void namesAreTheSameAsFarAsTheServerReadsThem() {
    String cut = "n".repeat(63);
    run(cut + "1", "select 1");
    run(cut + "2", "delete");
    session.client(bind("", cut + "1"), execute(""), new Sync());
    session.server(BOUND, complete("DELETE 7"), READY);

    assertThat(log).last().isEqualTo("completed delete: DELETE 7 rows, 0 us");
  }

  @Test
  void ofALargeBindWhoseNamesAreCutTheStatementIsUnknown() {
    run("", "select 1");
    session.undecoded(large('B', "p".repeat(512))).client(execute("p".repeat(63)), new Sync());
    session.server(BOUND, complete("DELETE 7"), READY);

    assertThat(log).last().isEqualTo("completed (unknown): DELETE 7 rows, 0 us");
  }

  @Test
  void aQueryTakesThePlaceOfWhatHasNoName() {
    run("", "select 1");
    session.client(new Query("a")).server(complete("SELECT 1"), READY);
    session.client(bind("", ""), new Sync()).server(ERROR, READY);
    assertThat(log).last().isEqualTo("failed (unknown): 42601, 0 us");
  }

  @Test
  void anErrorBehindADescribeIsOfTheStatementThatIsDescribedAndExecuted() {
    session.client(parse("", "a"), bind("", ""), describe(""), execute(""), new Sync());
    after(3_000);
    session.server(PARSED, BOUND, ERROR, READY);
    assertThat(log).containsExactly("failed a: 42601, 3 us");
  }

  @Test
  void anErrorOfADescribeOrOfAnotherStatementIsOfNone() {
    run("s", "a");
    log.clear();
    session.client(parse("", "b"), bind("p", ""), new Describe(Target.STATEMENT, "s"));
    session.client(execute("p"), new Sync()).server(PARSED, BOUND, ERROR, READY);
    session.client(new Describe(Target.STATEMENT, "s"), new Sync()).server(ERROR, READY);
    run("", "c");
    assertThat(log)
        .containsExactly(
            "failed (unknown): 42601, 0 us",
            "failed a: 42601, 0 us",
            "completed c: SELECT 1 rows, 0 us");
  }

  @Test
  void whatDescribesAreAnsweredWithIsNotNeeded() {
    session.client(parse("s", "a"), new Describe(Target.STATEMENT, "s"), new Sync());
    session.server(PARSED, READY);
    session.client(describe("none"), new Query("b"));
    session.server(complete("SELECT 1"), READY);
    run("", "c");
    assertThat(log)
        .containsExactly("completed b: SELECT 1 rows, 0 us", "completed c: SELECT 1 rows, 0 us");
    assertThat(losses).isZero();
  }

  @Test
  void whereAQueryMayHaveFailedOrBeenSkippedNothingIsLoggedAnyMore() {
    session.client(describe("none"), new Query("a"), new Sync()).server(ERROR, READY);
    session.client(new Query("b")).server(complete("SELECT 1"), READY);
    session.close(CloseReason.CLIENT_VANISHED);
    assertThat(log).isEmpty();
    assertThat(losses).isEqualTo(1);
  }

  @Test
  void anAnswerThatFitsNothingIsTheLastThatIsLookedAt() {
    session.client(new Query("a"), new Query("b")).server(BOUND, complete("SELECT 1"), READY);
    session.server(complete("SELECT 1"), READY).close(CloseReason.CLIENT_VANISHED);
    assertThat(log).isEmpty();
    assertThat(losses).isEqualTo(1);
  }

  @Test
  void whatTheServerSkipsIsNotKept() {
    session.client(parse("", "bad")).server(ERROR);
    for (int i = 0; i < 10_000; i++) {
      session.client(parse("s" + i, "a"), bind("p" + i, "s" + i), execute("p" + i));
    }
    session.close(CloseReason.CLIENT_VANISHED);
    assertThat(log).containsExactly("failed bad: 42601, 0 us");
  }

  @Test
  void aCursorWhosePortalMayBeAnotherIsLoggedAtOnce() {
    session.client(parse("", "a"), bind("c", ""), new Execute("c", 10), new Sync());
    session.server(PARSED, BOUND, new PortalSuspended(), IN_TRANSACTION);
    session.client(new Query("close all")).server(complete("CLOSE CURSOR ALL"), IN_TRANSACTION);
    session.client(new Execute("c", 10), new Sync()).server(new PortalSuspended(), IN_TRANSACTION);
    assertThat(log)
        .containsExactly(
            "suspended a: 10 rows, 0 us",
            "completed close all: CLOSE CURSOR ALL, 0 us",
            "suspended (unknown): 10 rows, 0 us");
  }

  @Test
  void aCursorBesideOneOfSqlIsOneStatement() {
    session.client(parse("", "a"), bind("c", ""), new Execute("c", 10), new Sync());
    session.server(PARSED, BOUND, new PortalSuspended(), IN_TRANSACTION);
    session.client(new Query("close d")).server(complete("CLOSE CURSOR"), IN_TRANSACTION);
    session.client(new Execute("c", 10), new Sync()).server(complete("SELECT 4"), IN_TRANSACTION);
    assertThat(log)
        .containsExactly(
            "completed close d: CLOSE CURSOR, 0 us", "completed a: SELECT 14 rows, 0 us");
  }

  @Test
  void aCursorWhosePortalSqlTakesInTheSamePipelineIsLoggedAtOnce() {
    session.client(parse("", "a"), bind("c", ""), new Execute("c", 10), new Query("close c"));
    session.server(PARSED, BOUND, new PortalSuspended());
    assertThat(log).containsExactly("suspended a: 10 rows, 0 us");
  }

  @Test
  void whatFailsWithTheSessionIsLoggedOnce() {
    session.client(new Query("a")).server(ErrorResponse.fatal(SqlState.ADMIN_SHUTDOWN, "down"));
    session.close(CloseReason.CLIENT_VANISHED);
    assertThat(log).containsExactly("failed a: 57P01, 0 us");
  }

  @Test
  void copyByASimpleQueryCountsItsRows() {
    session.client(new Query("copy t to stdout")).server(complete("COPY 9"), READY);
    assertThat(log).containsExactly("completed copy t to stdout: COPY 9 rows, 0 us");
  }

  @Test
  void whatRunsWhenTheSessionEndsIsLoggedAsAborted() {
    session.client(new Query("select pg_sleep(60)"));
    after(7_000);
    session.close(CloseReason.CLIENT_VANISHED);
    assertThat(log).containsExactly("aborted select pg_sleep(60): null, 7 us");
  }

  @Test
  void aFunctionCallDoesNotDisturb() {
    session.client(new FunctionCall(1, List.of(), List.of(), Format.TEXT), new Query("a"));
    session.server(new FunctionCallResponse(null), READY, complete("SELECT 1"), READY);
    assertThat(log).containsExactly("completed a: SELECT 1 rows, 0 us");
  }

  @Test
  void namesThatAreNeverClosedAreForgottenOldestFirst() {
    for (int i = 0; i <= KnownNames.MAX_STATEMENTS; i++) {
      session.client(parse("s" + i, "sql " + i), new Sync()).server(PARSED, READY);
    }
    session.client(bind("", "s1"), execute(""), new Sync());
    session.server(BOUND, complete("SELECT 1"), READY);
    session.client(bind("", "s0"), execute(""), new Sync());
    session.server(BOUND, complete("SELECT 1"), READY);

    assertThat(log)
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

  /** Parses and executes a statement that gives one row. */
  private void run(String name, String sql) {
    session.client(parse(name, sql), bind("", name), execute(""), new Sync());
    session.server(PARSED, BOUND, complete("SELECT 1"), READY);
  }

  private void after(long nanos) {
    now += nanos;
  }

  private void write(EndedStatement statement) {
    StringBuilder line = new StringBuilder(statement.outcome().label).append(' ');
    line.append(statement.sql().shown());
    if (statement.part() > 1) {
      line.append(" (").append(statement.part()).append(')');
    }
    line.append(':');
    if (statement.command() != null) {
      line.append(' ').append(statement.command());
    }
    if (statement.rows() >= 0) {
      line.append(' ').append(statement.rows()).append(" rows");
    } else if (statement.command() == null) {
      line.append(' ').append(statement.sqlState());
    }
    log.add(line.append(", ").append(statement.durationMicros()).append(" us").toString());
  }

  private static BackendMessage complete(String tag) {
    return new CommandComplete(tag);
  }

  private static FrontendMessage parse(String statement, String sql) {
    return new Parse(statement, sql, List.of());
  }

  private static FrontendMessage bind(String portal, String statement) {
    return new Bind(portal, statement, List.of(), List.of(Bytes.utf8("secret")), List.of());
  }

  private static FrontendMessage describe(String portal) {
    return new Describe(Target.PORTAL, portal);
  }

  private static FrontendMessage execute(String portal) {
    return new Execute(portal, 0);
  }
}
