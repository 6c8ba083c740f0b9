package dev.postern.plugins.audit;

import static dev.postern.plugins.audit.Talk.BOUND;
import static dev.postern.plugins.audit.Talk.ERROR;
import static dev.postern.plugins.audit.Talk.EXECUTE;
import static dev.postern.plugins.audit.Talk.HARM;
import static dev.postern.plugins.audit.Talk.PARSED;
import static dev.postern.plugins.audit.Talk.READY;
import static dev.postern.plugins.audit.Talk.SYNC;
import static dev.postern.plugins.audit.Talk.bind;
import static dev.postern.plugins.audit.Talk.complete;
import static dev.postern.plugins.audit.Talk.parse;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.Bytes;
import dev.postern.api.SqlState;
import dev.postern.api.intercept.Pipeline;
import dev.postern.api.intercept.Verdict;
import dev.postern.api.message.BackendMessage;
import dev.postern.api.message.CopyData;
import dev.postern.api.message.CopyDone;
import dev.postern.api.message.CopyFail;
import dev.postern.api.message.CopyInResponse;
import dev.postern.api.message.Describe;
import dev.postern.api.message.Format;
import dev.postern.api.message.NoData;
import dev.postern.api.message.Query;
import dev.postern.api.message.Target;
import dev.postern.testkit.spi.FakeInterests;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What clients send so that results are taken for those of other statements. */
@SuppressWarnings("NullAway.Init") // each test makes one
final class InsiderTest {
  private static final BackendMessage COPYING = new CopyInResponse(Format.TEXT, List.of());

  @TempDir Path home;

  private TestLog log;
  private TestLog.Settings settings;

  @BeforeEach
  void make() {
    log = new TestLog(home);
    settings = log.settings();
    settings.sizes = false;
    settings.kinds = List.of(Kind.STATEMENTS, Kind.RESULTS, Kind.FUNCTIONS);
  }

  private List<String> after(Consumer<FakeInterests> doing) throws Exception {
    return log.after(settings, doing);
  }

  private static Verdict<?> ended() {
    return Verdict.terminate(SqlState.PROTOCOL_VIOLATION, SessionAudit.OUT_OF_ORDER);
  }

  @Test
  void aStrayEndOfACopyTakesNoAnswerFromASync() throws Exception {
    assertThat(
            after(
                session ->
                    session
                        .client(parse("", "first"), bind("", ""), EXECUTE, SYNC, new CopyDone())
                        .client(parse("", "second"), bind("", ""), EXECUTE, SYNC)
                        .client(new CopyFail("stray"), new Query("third"))
                        .server(ERROR, READY)
                        .server(PARSED, BOUND, complete("DELETE 2"), READY)
                        .server(complete("DELETE 3"), READY)))
        .containsSubsequence(
            "result n=1 outcome=failed sqlState=22P02",
            "result n=2 outcome=completed tag=DELETE 2 rows=2",
            "result n=3 outcome=completed tag=DELETE 3 rows=3")
        .hasSize(6);
  }

  @Test
  void aCopyAsLibpqDoesItGoesOn() throws Exception {
    assertThat(
            after(
                session -> {
                  for (boolean good : new boolean[] {true, false}) {
                    session
                        .client(parse("", "copy t from stdin"), bind("", ""))
                        .client(new Describe(Target.PORTAL, ""), EXECUTE, SYNC)
                        .server(PARSED, BOUND, new NoData(), COPYING)
                        .client(new CopyData(Bytes.utf8("1\n")))
                        .client(good ? new CopyDone() : new CopyFail("enough"), SYNC)
                        .server(good ? complete("COPY 1") : ERROR, READY);
                  }
                  session
                      .client(parse("", "select 1"), bind("", ""), EXECUTE, SYNC)
                      .server(PARSED, BOUND, complete("SELECT 1"), READY);
                }))
        .containsExactly(
            "statement n=1 protocol=extended sql=copy t from stdin",
            "result n=1 outcome=completed tag=COPY 1 rows=1",
            "statement n=2 protocol=extended sql=copy t from stdin",
            "result n=2 outcome=failed sqlState=22P02",
            "statement n=3 protocol=extended sql=select ?",
            "result n=3 outcome=completed tag=SELECT 1 rows=1");
  }

  @Test
  void whatHasCompletedAndThenFailsAtItsSyncIsSaidToHaveFailed() throws Exception {
    assertThat(
            after(
                session ->
                    session
                        .client(parse("", "insert"), bind("", ""), EXECUTE, SYNC)
                        .server(PARSED, BOUND, complete("INSERT 0 1"), ERROR, READY)))
        .containsSubsequence(
            "result n=1 outcome=completed tag=INSERT 0 1 rows=1",
            "result n=1 part=2 outcome=failed sqlState=22P02");
  }

  @Test
  void anErrorOfAnotherStatementIsNotThatOfTheExecuteBehindIt() throws Exception {
    assertThat(
            after(
                session ->
                    session
                        .client(parse("", "bad"), parse("", HARM), bind("", ""), EXECUTE, SYNC)
                        .server(ERROR, READY)))
        .containsSubsequence(
            "statement n=1 protocol=extended sql=" + HARM,
            "result n=1 outcome=skipped",
            "prepare outcome=failed sqlState=22P02 sql=bad");
  }

  @Test
  void whatIsSentWhileTheServerSkipsIsSkippedAndNotKept() throws Exception {
    assertThat(
            after(
                session ->
                    session
                        .client(parse("", "bad"))
                        .server(ERROR)
                        .client(parse("", "w"), parse("", "x"), bind("", ""), EXECUTE)
                        .client(new Query("y"), SYNC, new Query("z"))
                        .server(READY, complete("SELECT 1"), READY)))
        .containsExactly(
            "prepare outcome=failed sqlState=22P02 sql=bad",
            "statement n=1 protocol=extended sql=x",
            "statement n=2 protocol=simple sql=y",
            "statement n=3 protocol=simple sql=z",
            "result n=1 outcome=skipped",
            "result n=2 outcome=skipped",
            "result n=3 outcome=completed tag=SELECT 1 rows=1");
  }

  @Test
  void whereTheOrderIsLostAllThatIsOutstandingIsSaidToBeUnknownAndNothingMoreIsAsked()
      throws Exception {
    assertThat(
            after(
                session -> {
                  session
                      .client(parse("", "a"), bind("", ""), EXECUTE, SYNC, new Query("b"))
                      .server(complete("DELETE 1"));
                  assertThat(session.onClient(new Query("c"))).isEqualTo(ended());
                  assertThat(session.onClient(parse("", "d"))).isEqualTo(ended());
                  assertThat(session.onClient(EXECUTE)).isEqualTo(ended());
                  assertThat(session.onClient(SYNC)).isEqualTo(ended());
                  session.server(complete("DELETE 2"), READY);
                }))
        .containsExactly(
            "statement n=1 protocol=extended sql=a",
            "statement n=2 protocol=simple sql=b",
            "result n=1 outcome=unknown",
            "result n=2 outcome=unknown");
  }

  @Test
  void nobodyIsToldThatSomethingWasSkippedWhereThatIsNotCertain() throws Exception {
    List<String> lines =
        after(
            session -> {
              session
                  .client(parse("", "copy t from stdin"), bind("", ""), EXECUTE)
                  .server(PARSED, BOUND, COPYING)
                  .client(new CopyData(Bytes.utf8("bad\n")), SYNC, new CopyDone())
                  .client(parse("", HARM), bind("", ""), EXECUTE, SYNC)
                  .server(ERROR);
              assertThat(session.onClient(SYNC)).isEqualTo(ended());
              session.server(READY, PARSED, BOUND, complete("DELETE 9"), READY);
            });
    assertThat(lines)
        .contains("result n=1 outcome=unknown", "result n=2 outcome=unknown")
        .noneMatch(line -> line.contains("skipped"));
  }

  @Test
  void aPipelineWithoutAnEndEndsItsSession() throws Exception {
    settings.kinds = List.of(Kind.FUNCTIONS);
    after(
        session -> {
          for (int i = 0; i < Pipeline.MAX_LENGTH; i++) {
            session.client(SYNC);
          }
          assertThat(session.onClient(SYNC)).isEqualTo(ended());
        });
  }

  @Test
  void textsThatTheServerDoesNotAnswerAreBounded() throws Exception {
    settings.maxLength = AuditConfig.MAX_LENGTH_LIMIT;
    settings.queue = 256 << 20;
    String large = "select " + "x".repeat(1_000_000);
    List<String> lines =
        after(
            session -> {
              for (int i = 0; i <= Names.MAX_WEIGHT / 1_000_000 + 1; i++) {
                session.client(parse("", large));
              }
              session.client(parse("", HARM), bind("", ""), EXECUTE, SYNC);
            });
    assertThat(lines)
        .containsSubsequence(
            "prepared prepared= sql=" + HARM, "statement n=1 protocol=extended sql=(unknown)");
  }
}
