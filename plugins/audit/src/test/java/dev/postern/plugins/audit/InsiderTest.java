package dev.postern.plugins.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.Bytes;
import dev.postern.api.SqlState;
import dev.postern.api.intercept.MessageInterceptor;
import dev.postern.api.intercept.Pipeline;
import dev.postern.api.intercept.UndecodedMessage;
import dev.postern.api.intercept.Verdict;
import dev.postern.api.message.BackendMessage;
import dev.postern.api.message.Bind;
import dev.postern.api.message.BindComplete;
import dev.postern.api.message.Close;
import dev.postern.api.message.CloseComplete;
import dev.postern.api.message.CommandComplete;
import dev.postern.api.message.CopyData;
import dev.postern.api.message.CopyDone;
import dev.postern.api.message.CopyFail;
import dev.postern.api.message.CopyInResponse;
import dev.postern.api.message.Describe;
import dev.postern.api.message.ErrorResponse;
import dev.postern.api.message.Execute;
import dev.postern.api.message.Format;
import dev.postern.api.message.NoData;
import dev.postern.api.message.Parse;
import dev.postern.api.message.ParseComplete;
import dev.postern.api.message.Query;
import dev.postern.api.message.ReadyForQuery;
import dev.postern.api.message.Sync;
import dev.postern.api.message.Target;
import dev.postern.api.message.TransactionStatus;
import dev.postern.api.session.CloseReason;
import dev.postern.testkit.spi.FakeInterests;
import dev.postern.testkit.spi.FakePluginContext;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What clients send so that another statement is on record than the one that runs, or none. */
@SuppressWarnings("NullAway.Init") // each test makes one
final class InsiderTest {
  private static final BackendMessage READY = new ReadyForQuery(TransactionStatus.IDLE);
  private static final BackendMessage IN_BLOCK =
      new ReadyForQuery(TransactionStatus.IN_TRANSACTION);
  private static final BackendMessage ERROR = ErrorResponse.error(new SqlState("22P02"), "no");
  private static final BackendMessage PARSED = new ParseComplete();
  private static final BackendMessage BOUND = new BindComplete();
  private static final BackendMessage COPYING = new CopyInResponse(Format.TEXT, List.of());
  private static final Execute EXECUTE = new Execute("", 0);
  private static final Sync SYNC = new Sync();
  private static final String HARMLESS = "select harmless()";
  private static final String HARM = "delete from accounts";

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
    try (FakePluginContext context = FakePluginContext.in(home, "audit")) {
      MessageInterceptor audit = TestLog.create(settings, context);
      FakeInterests session = TestLog.session(audit);
      doing.accept(session);
      session.close(CloseReason.CLIENT_TERMINATED);
      audit.close();
    }
    assertThat(log.verify().findings()).isEmpty();
    return log.brief();
  }

  private static Parse parse(String name, String sql) {
    return new Parse(name, sql, List.of());
  }

  private static Bind bind(String portal, String statement, String... values) {
    return new Bind(
        portal, statement, List.of(), Arrays.stream(values).map(Bytes::utf8).toList(), List.of());
  }

  private static BackendMessage complete(String tag) {
    return new CommandComplete(tag);
  }

  /** A prepared statement that has not run yet. */
  private static void prepare(FakeInterests session, String name, String sql) {
    session.client(parse(name, sql), SYNC).server(PARSED, READY);
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
  void aParseThatFailsGivesNoText() throws Exception {
    assertThat(
            after(
                session -> {
                  prepare(session, "s", HARM);
                  session.client(parse("s", HARMLESS), SYNC).server(ERROR, READY);
                  session
                      .client(bind("", "s"), EXECUTE, SYNC)
                      .server(BOUND, complete("DELETE 9"), READY);
                }))
        .contains("statement n=1 protocol=extended prepared=s sql=" + HARM);
  }

  @Test
  void aParseThatIsSkippedGivesNoText() throws Exception {
    assertThat(
            after(
                session -> {
                  prepare(session, "", HARM);
                  session
                      .client(parse("x", "bad"), parse("", HARMLESS), SYNC)
                      .server(ERROR, READY)
                      .client(bind("", ""), EXECUTE, SYNC)
                      .server(BOUND, complete("DELETE 9"), READY);
                }))
        .contains("statement n=1 protocol=extended sql=" + HARM)
        .noneMatch(line -> line.contains(HARMLESS));
  }

  @Test
  void whatIsNotKnownYetIsOnRecordWithAllThatItMayBe() throws Exception {
    assertThat(
            after(
                session -> {
                  prepare(session, "", HARM);
                  session
                      .client(parse("x", "bad"), parse("", HARMLESS), SYNC)
                      .client(bind("", ""), EXECUTE, SYNC)
                      .server(ERROR, READY, BOUND, complete("DELETE 9"), READY);
                }))
        .containsSubsequence(
            "prepared prepared= sql=" + HARMLESS,
            "prepared prepared= sql=" + HARM,
            "statement n=1 protocol=extended sql=(unknown)",
            "result n=1 outcome=completed tag=DELETE 9 rows=9");
  }

  @Test
  void aQueryThatIsSkippedTakesNoNameAway() throws Exception {
    assertThat(
            after(
                session ->
                    session
                        .client(parse("", HARM), parse("x", "bad"), new Query("skipped"), SYNC)
                        .client(parse("y", "bad"), parse("", HARMLESS), SYNC)
                        .client(bind("", ""), EXECUTE, SYNC)
                        .server(PARSED, ERROR, READY, ERROR, READY)
                        .server(BOUND, complete("DELETE 9"), READY)))
        .containsSubsequence(
            "prepared prepared= sql=" + HARM, "statement n=2 protocol=extended sql=(unknown)");
  }

  @Test
  void theSameOfAPortal() throws Exception {
    assertThat(
            after(
                session ->
                    session
                        .client(new Query("begin"))
                        .server(complete("BEGIN"), IN_BLOCK)
                        .client(parse("", HARMLESS), bind("", ""), SYNC)
                        .server(PARSED, BOUND, IN_BLOCK)
                        .client(parse("", HARM), bind("", ""), SYNC, EXECUTE, SYNC)
                        .server(PARSED, BOUND, IN_BLOCK, complete("DELETE 9"), IN_BLOCK)))
        .containsSubsequence(
            "prepared prepared= sql=" + HARM, "statement n=2 protocol=extended sql=(unknown)");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "deallocate s",
        "select 1; /* */ PREPARE s as delete from accounts",
        "/* */ discard all",
        "deallocate all",
        "deallocate /* x */ s",
        "do $$ begin execute 'deallocate s'; end $$",
      })
  void namesThatSqlMayHaveGivenAreNotKnown(String sql) throws Exception {
    assertThat(
            after(
                session -> {
                  prepare(session, "s", HARMLESS);
                  session.client(new Query(sql)).server(complete("ANY"), READY);
                  session
                      .client(bind("", "s"), EXECUTE, SYNC)
                      .server(BOUND, complete("DELETE 9"), READY);
                }))
        .containsSubsequence(
            "prepared prepared=s sql=" + HARMLESS,
            "statement n=2 protocol=extended prepared=s sql=(unknown)");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "declare p cursor for select 1",
        "begin; declare s cursor for select 1; fetch all from s; close s; commit",
        "deallocate t",
        "prepare t as select 1",
        "execute t",
      })
  void namesThatSqlLeavesAloneAreKnown(String sql) throws Exception {
    assertThat(
            after(
                session -> {
                  prepare(session, "s", HARMLESS);
                  prepare(session, "t", HARMLESS);
                  session.client(new Query(sql)).server(complete("ANY"), READY);
                  session
                      .client(bind("", "s"), EXECUTE, SYNC)
                      .server(BOUND, complete("SELECT 1"), READY);
                }))
        .contains("statement n=2 protocol=extended prepared=s sql=" + HARMLESS);
  }

  @Test
  void namesThatAPreparedStatementTakesWhenSqlExecutesItAreNotKnown() throws Exception {
    assertThat(
            after(
                session -> {
                  prepare(session, "s", HARMLESS);
                  prepare(session, "d", "prepare s as " + HARM);
                  session.client(new Query("execute d")).server(complete("PREPARE"), READY);
                  session
                      .client(bind("", "s"), EXECUTE, SYNC)
                      .server(BOUND, complete("DELETE 9"), READY);
                }))
        .contains("statement n=2 protocol=extended prepared=s sql=(unknown)");
  }

  @Test
  void namesThatAnExecuteMayHaveGivenAreNotKnown() throws Exception {
    assertThat(
            after(
                session -> {
                  prepare(session, "s", HARMLESS);
                  prepare(session, "d", "deallocate s");
                  session
                      .client(bind("", "d"), EXECUTE, bind("", "s"), EXECUTE, SYNC)
                      .server(BOUND, complete("DEALLOCATE"), BOUND, complete("DELETE 9"), READY);
                }))
        .contains(
            "statement n=1 protocol=extended prepared=d sql=deallocate s",
            "statement n=2 protocol=extended prepared=s sql=(unknown)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\u00e9", "\ufffd"})
  void namesThatTheServerMayReadOtherwiseAreNotKnown(String letter) throws Exception {
    String name = letter + "s";
    assertThat(
            after(
                session -> {
                  prepare(session, name, HARM);
                  session.client(bind("", name), EXECUTE, SYNC);
                }))
        .containsSubsequence(
            "prepared prepared=" + name + " sql=" + HARM,
            "statement n=1 protocol=extended prepared=" + name + " sql=(unknown)");
  }

  @Test
  void namesThatTheServerCutsAreOne() throws Exception {
    String cut = "n".repeat(63);
    assertThat(
            after(
                session -> {
                  prepare(session, cut + "1", HARM);
                  session.client(parse(cut + "2", HARMLESS), SYNC).server(ERROR, READY);
                  session.client(bind("", cut + "2"), EXECUTE, SYNC);
                }))
        .contains("statement n=1 protocol=extended prepared=" + cut + " sql=" + HARM);
  }

  @Test
  void whatHasANameIsOnRecordBeforeSqlCanRunIt() throws Exception {
    settings.keepParameters = true;
    assertThat(
            after(
                session -> {
                  session
                      .client(parse("s", HARM), parse("", "select $1"), bind("p", "", "7"), SYNC)
                      .server(PARSED, PARSED, BOUND, IN_BLOCK);
                  session.client(new Query("execute s"), new Query("fetch all from p"));
                }))
        .startsWith(
            "prepared prepared=s sql=" + HARM,
            "prepared prepared= portal=p sql=select $1 parameters=[\"7\"]",
            "statement n=1 protocol=simple sql=execute s",
            "statement n=2 protocol=simple sql=fetch all from p");
  }

  @Test
  void manyPortalsHideNoText() throws Exception {
    assertThat(
            after(
                session -> {
                  session
                      .client(new Query("begin"), parse("", HARM), bind("", ""), SYNC)
                      .server(complete("BEGIN"), IN_BLOCK, PARSED, BOUND, IN_BLOCK);
                  prepare(session, "s", HARMLESS);
                  for (int i = 0; i <= Names.MAX_PORTALS; i++) {
                    session.client(bind("p" + i, "s")).server(BOUND);
                  }
                  session.client(new Execute("p0", 0), EXECUTE);
                }))
        .contains(
            "prepared prepared=s portal=p0 sql=" + HARMLESS,
            "statement n=2 protocol=extended portal=p0 sql=(unknown)",
            "prepared prepared= sql=" + HARM);
  }

  @Test
  void aPortalIsNotKnownWhenItsTransactionHasEnded() throws Exception {
    assertThat(
            after(
                session ->
                    session
                        .client(parse("", HARMLESS), bind("p", ""), SYNC)
                        .server(PARSED, BOUND, READY)
                        .client(new Execute("p", 0), SYNC)))
        .contains("statement n=1 protocol=extended portal=p sql=(unknown)");
  }

  @Test
  void aNameThatIsGivenAnewIsNotKnownBeforeTheServerHasSaidSo() throws Exception {
    assertThat(
            after(
                session -> {
                  prepare(session, "s", HARMLESS);
                  session
                      .client(new Close(Target.STATEMENT, "s"), parse("s", HARM), SYNC)
                      .client(bind("", "s"), EXECUTE, SYNC)
                      .server(new CloseComplete(), PARSED, READY)
                      .server(BOUND, complete("DELETE 9"), READY);
                }))
        .containsSubsequence(
            "prepared prepared=s sql=" + HARMLESS,
            "prepared prepared=s sql=" + HARM,
            "statement n=1 protocol=extended prepared=s sql=(unknown)");
  }

  @Test
  void aLongNameDoesNotPushAnotherOneOutOfSight() throws Exception {
    Bytes start = Bytes.wrap("p".repeat(512).getBytes(StandardCharsets.US_ASCII));
    assertThat(
            after(
                session -> {
                  prepare(session, "", HARMLESS);
                  session.undecoded(new UndecodedMessage(true, 'B', 20_000_000, start));
                  session.client(new Execute("p".repeat(600), 0), SYNC);
                }))
        .contains("statement n=1 protocol=extended portal=" + "p".repeat(63) + " sql=(unknown)");
  }

  @Test
  void longNamesAreNotRepeatedInEachRecord() throws Exception {
    assertThat(
            after(
                session -> {
                  prepare(session, "s".repeat(100_000), HARMLESS);
                  session.client(bind("", "s".repeat(100_000)), EXECUTE, SYNC);
                }))
        .allSatisfy(line -> assertThat(line).hasSizeLessThan(200));
  }

  @Test
  void valuesOfAnUnknownTextAreShownUnlessItMaySpeakOfAPassword() throws Exception {
    settings.keepParameters = true;
    assertThat(
            after(
                session -> {
                  session.client(bind("", "other", "shown"), EXECUTE, SYNC);
                  session.server(BOUND, complete("SELECT 1"), READY);
                  prepare(session, "s", "select set_password($1)");
                  session.client(new Query("deallocate s")).server(complete("ANY"), READY);
                  session.client(bind("", "s", "hidden"), EXECUTE, SYNC);
                }))
        .contains(
            "statement n=1 protocol=extended prepared=other sql=(unknown) parameters=[\"shown\"]",
            "statement n=3 protocol=extended prepared=s sql=(unknown)")
        .noneMatch(line -> line.contains("hidden"));
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
