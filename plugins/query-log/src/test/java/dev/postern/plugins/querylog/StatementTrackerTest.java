package dev.postern.plugins.querylog;

import static dev.postern.plugins.querylog.TrackedSession.BOUND;
import static dev.postern.plugins.querylog.TrackedSession.ERROR;
import static dev.postern.plugins.querylog.TrackedSession.IN_TRANSACTION;
import static dev.postern.plugins.querylog.TrackedSession.PARSED;
import static dev.postern.plugins.querylog.TrackedSession.READY;
import static dev.postern.plugins.querylog.TrackedSession.bind;
import static dev.postern.plugins.querylog.TrackedSession.complete;
import static dev.postern.plugins.querylog.TrackedSession.execute;
import static dev.postern.plugins.querylog.TrackedSession.large;
import static dev.postern.plugins.querylog.TrackedSession.parse;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.Bytes;
import dev.postern.api.SqlState;
import dev.postern.api.intercept.UndecodedMessage;
import dev.postern.api.message.EmptyQueryResponse;
import dev.postern.api.message.ErrorResponse;
import dev.postern.api.message.Execute;
import dev.postern.api.message.Query;
import dev.postern.api.message.Sync;
import dev.postern.api.session.CloseReason;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is logged of statements: their texts, outcomes, rows and times. */
final class StatementTrackerTest {
  private final TrackedSession session = new TrackedSession();

  @Test
  void aSimpleQueryIsLoggedWithItsRowsAndItsTime() {
    session.wire.client(new Query("select 1"));
    session.after(2_000);
    session.wire.server(complete("SELECT 3"), READY);

    assertThat(session.log).containsExactly("completed select 1: SELECT 3 rows, 2 us");
  }

  @Test
  void whatIsTooLargeToBeDecodedIsLoggedWithItsBeginning() {
    session
        .wire
        .undecoded(large('Q', "select 1"))
        .server(complete("SELECT 1"), READY)
        .undecoded(large('P', "s\0insert 2"))
        .undecoded(large('B', "p\0s\0"))
        .client(new Execute("p", 0), new Sync())
        .server(PARSED, BOUND, complete("INSERT 0 2"), READY);

    assertThat(session.log)
        .containsExactly(
            "completed select 1... (message of 9999 bytes, not decoded): SELECT 1 rows, 0 us",
            "completed insert 2... (message of 9999 bytes, not decoded): INSERT 2 rows, 0 us");
  }

  @Test
  void anErrorThatIsTooLargeToBeDecodedStillFailsItsStatement() {
    session
        .wire
        .client(new Query("select 1"))
        .undecoded(
            new UndecodedMessage(false, 'E', 9999, Bytes.utf8("SERROR\0VERROR\0C22012\0Mdivision")))
        .server(READY);

    assertThat(session.log).containsExactly("failed select 1: 22012, 0 us");
  }

  @Test
  void aCommandThatCountsNoRowsHasNone() {
    session.wire.client(new Query("begin")).server(complete("BEGIN"), IN_TRANSACTION);
    assertThat(session.log).containsExactly("completed begin: BEGIN, 0 us");
  }

  @Test
  void theCommandTagsNumbersAreNotPartOfTheCommand() {
    session.wire.client(new Query("x")).server(complete("INSERT 0 7"), READY);
    assertThat(session.log).containsExactly("completed x: INSERT 7 rows, 0 us");
  }

  @Test
  void eachStatementOfAQueryIsLoggedWithItsOwnTime() {
    session.wire.client(new Query("select 1; select 2"));
    session.after(1_000);
    session.wire.server(complete("SELECT 1"));
    session.after(5_000);
    session.wire.server(complete("SELECT 2"), READY);

    assertThat(session.log)
        .containsExactly(
            "completed select 1; select 2: SELECT 1 rows, 1 us",
            "completed select 1; select 2 (2): SELECT 2 rows, 5 us");
  }

  @Test
  void anErrorInTheMiddleOfAQueryIsItsLastStatement() {
    session.wire.client(new Query("a; b; c"), new Query("d"));
    session.wire.server(complete("SELECT 1"), ERROR, READY, complete("SELECT 2"), READY);

    assertThat(session.log)
        .containsExactly(
            "completed a; b; c: SELECT 1 rows, 0 us",
            "failed a; b; c (2): 42601, 0 us",
            "completed d: SELECT 2 rows, 0 us");
  }

  @Test
  void anEmptyQueryIsNotLogged() {
    session.wire.client(new Query(";"), new Query("a"));
    session.wire.server(new EmptyQueryResponse(), READY, complete("SELECT 1"), READY);
    assertThat(session.log).containsExactly("completed a: SELECT 1 rows, 0 us");
  }

  @Test
  void anErrorWithoutASqlStateIsLoggedAllTheSame() {
    session.wire.client(new Query("a")).server(new ErrorResponse(Map.of()), READY);
    assertThat(session.log).containsExactly("failed a: null, 0 us");
  }

  @Test
  void pipelinedQueriesDoNotCountTheTimeOfThoseBeforeThem() {
    session.wire.client(new Query("a"), new Query("b"));
    session.after(3_000);
    session.wire.server(complete("SELECT 1"), READY);
    session.after(4_000);
    session.wire.server(complete("SELECT 1"), READY);

    assertThat(session.log)
        .containsExactly("completed a: SELECT 1 rows, 3 us", "completed b: SELECT 1 rows, 4 us");
  }

  @Test
  void anExecuteIsLoggedWithTheTextOfItsStatement() {
    session.wire.client(parse("s", "select $1"), bind("", "s"), execute(""), new Sync());
    session.after(2_000);
    session.wire.server(PARSED, BOUND, complete("SELECT 1"), READY);
    session.wire.client(bind("", "s"), execute(""), new Sync());
    session.wire.server(BOUND, complete("SELECT 2"), READY);

    assertThat(session.log)
        .containsExactly(
            "completed select $1: SELECT 1 rows, 2 us", "completed select $1: SELECT 2 rows, 0 us");
  }

  @Test
  void anErrorOfAParseWithoutAnExecuteIsLogged() {
    session.wire.client(parse("s", "selec"), new Sync(), new Query("b"));
    session.after(1_000);
    session.wire.server(ERROR, READY, complete("SELECT 1"), READY);

    assertThat(session.log)
        .containsExactly("failed selec: 42601, 1 us", "completed b: SELECT 1 rows, 0 us");
  }

  @Test
  void whatFailsWithTheSessionIsLoggedOnce() {
    session
        .wire
        .client(new Query("a"))
        .server(ErrorResponse.fatal(SqlState.ADMIN_SHUTDOWN, "down"));
    session.wire.close(CloseReason.CLIENT_VANISHED);
    assertThat(session.log).containsExactly("failed a: 57P01, 0 us");
  }

  @Test
  void copyByASimpleQueryCountsItsRows() {
    session.wire.client(new Query("copy t to stdout")).server(complete("COPY 9"), READY);
    assertThat(session.log).containsExactly("completed copy t to stdout: COPY 9 rows, 0 us");
  }

  @Test
  void whatRunsWhenTheSessionEndsIsLoggedAsAborted() {
    session.wire.client(new Query("select pg_sleep(60)"));
    session.after(7_000);
    session.wire.close(CloseReason.CLIENT_VANISHED);
    assertThat(session.log).containsExactly("aborted select pg_sleep(60): null, 7 us");
  }
}
