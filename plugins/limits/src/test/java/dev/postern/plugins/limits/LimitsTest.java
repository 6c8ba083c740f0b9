package dev.postern.plugins.limits;

import static dev.postern.plugins.limits.Play.DONE;
import static dev.postern.plugins.limits.Play.READY;
import static dev.postern.plugins.limits.Play.assertPasses;
import static dev.postern.plugins.limits.Play.refusal;
import static dev.postern.plugins.limits.Play.run;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.postern.api.Bytes;
import dev.postern.api.SqlState;
import dev.postern.api.intercept.Verdict;
import dev.postern.api.message.Bind;
import dev.postern.api.message.CommandComplete;
import dev.postern.api.message.CopyData;
import dev.postern.api.message.CopyDone;
import dev.postern.api.message.DataRow;
import dev.postern.api.message.ErrorResponse;
import dev.postern.api.message.Execute;
import dev.postern.api.message.Format;
import dev.postern.api.message.FrontendMessage;
import dev.postern.api.message.FunctionCall;
import dev.postern.api.message.Parse;
import dev.postern.api.message.ParseComplete;
import dev.postern.api.message.Query;
import dev.postern.api.message.Sync;
import dev.postern.api.session.CloseReason;
import dev.postern.testkit.spi.FakeInterests;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.slf4j.event.KeyValuePair;

final class LimitsTest {
  private static final Query SELECT = new Query("select 1");
  private static final String TWO_A_MINUTE =
      "limits: [{name: few, by: [user], statements: {rate: 2, per: 1m}}]";
  private static final String ONE_AT_ONCE = "limits: [{name: one, by: [user], concurrent: 1}]";

  @Test
  void theErrorSaysWhichLimitWhoseAndWhen() {
    Play play = new Play(TWO_A_MINUTE);
    FakeInterests alice = play.session("alice");
    run(alice, "a");
    run(alice, "b");
    assertThat(refusal(alice.onClient(SELECT)))
        .isEqualTo(
            "limit \"few\" is reached: 2 statements per minute for user \"alice\"; try again in"
                + " 30 s");
    run(play.session("bob"), "bobs");
    assertThat(play.metric("refused")).isEqualTo(1);
  }

  @Test
  void theLogNamesTheInstanceThatHasRefused() {
    Logger log = (Logger) LoggerFactory.getLogger(Service.class);
    ListAppender<ILoggingEvent> lines = new ListAppender<>();
    lines.start();
    log.addAppender(lines);
    try {
      FakeInterests alice = new Play(TWO_A_MINUTE).session("alice");
      run(alice, "a");
      run(alice, "b");
      refusal(alice.onClient(SELECT));
    } finally {
      log.detachAppender(lines);
    }
    assertThat(lines.list)
        .singleElement()
        .satisfies(
            line ->
                assertThat(line.getKeyValuePairs())
                    .contains(new KeyValuePair("plugin", "limits"))
                    .contains(new KeyValuePair("user", "alice")));
  }

  @Test
  void itIsThereAgainWhenTheErrorSaidSo() {
    Play play = new Play(TWO_A_MINUTE);
    FakeInterests alice = play.session("alice");
    run(alice, "a");
    run(alice, "b");
    play.pass(Duration.ofSeconds(29));
    refusal(alice.onClient(SELECT));
    play.pass(Duration.ofSeconds(1));
    assertPasses(alice.onClient(SELECT));
  }

  @Test
  void whatIsSentWithoutEndAndWithoutAnAnswerIsNotKept() {
    Play play = new Play(ONE_AT_ONCE);
    FakeInterests alice = play.session("alice");
    alice.client(new Execute("", 0)).server(error());
    for (int i = 0; i < 200_000; i++) {
      alice.client(new Execute("", 0));
    }
    refusal(play.session("alice").onClient(SELECT));
    alice.client(new Sync()).server(READY);
    run(play.session("alice"), "a");
  }

  @Test
  void rowsOfWhichNobodyKnowsWhoAskedAreTakenFromWhatBeganLast() {
    Play play = new Play("limits: [{name: r, concurrent: 5, rows: {rate: 10, per: 1m}}]");
    FakeInterests alice = play.session("alice");
    alice.client(new Parse("", "a", List.of()), new Query("bad"), SELECT);
    alice.server(error(), READY, new CommandComplete("SELECT 20"), READY);
    refusal(alice.onClient(SELECT));
  }

  @Test
  void aSessionThatNoLimitIsForDeclaresNothing() {
    Play play = new Play("limits: [{name: a, match: {user: [bob, 'b*']}, concurrent: 1}]");
    assertThat(play.session("alice").isEmpty()).isTrue();
    assertThat(play.session("bert").isEmpty()).isFalse();
  }

  @Test
  void functionCallsAndExecutesCountLikeQueries() {
    Play play = new Play(TWO_A_MINUTE);
    FakeInterests alice = play.session("alice");
    assertPasses(alice.onClient(new Execute("", 0)));
    assertPasses(alice.onClient(new Sync()));
    alice.server(DONE, READY);
    assertPasses(alice.onClient(new FunctionCall(1, List.of(), List.of(), Format.TEXT)));
    alice.server(READY);
    refusal(alice.onClient(new FunctionCall(1, List.of(), List.of(), Format.TEXT)));
    refusal(alice.onClient(new Execute("", 0)));
  }

  @Test
  void furtherStatementsOfAQueryAreCountedWhenTheyAreDone() {
    Play play = new Play("limits: [{name: few, statements: {rate: 3, per: 1m}}]");
    FakeInterests alice = play.session("alice");
    alice.client(new Query("a; b; c; d")).server(DONE, DONE, DONE, DONE, READY);
    assertThat(refusal(alice.onClient(SELECT))).endsWith("try again in 40 s");
  }

  @Test
  void whatTheServerSkipsBehindARefusedExecuteIsNotCounted() {
    Play play = new Play(TWO_A_MINUTE);
    FakeInterests alice = play.session("alice");
    run(alice, "a");
    run(alice, "b");
    refusal(alice.onClient(new Execute("", 0)));
    assertPasses(alice.onClient(new Execute("", 0)));
    alice.client(new Sync()).server(error(), READY);
    refusal(alice.onClient(new Execute("", 0)));
    assertThat(play.metric("refused")).isEqualTo(2);
  }

  @Test
  void rowsAndBytesAreTakenAfterwards() {
    Play play =
        new Play(
            "limits: [{name: r, rows: {rate: 10, per: 1m}, result-bytes: {rate: 1KiB, per: 1m}}]");
    FakeInterests alice = play.session("alice");
    alice.client(SELECT).server(row(1), new CommandComplete("UPDATE 20"), READY);
    assertThat(refusal(alice.onClient(SELECT))).contains("10 rows per minute").contains("61 s");
    play.pass(Duration.ofMinutes(3));
    alice.client(SELECT).server(row(1018), DONE, READY);
    assertThat(refusal(alice.onClient(SELECT))).contains("1KiB of results per minute");
  }

  @Test
  void rowsOfAStatementThatFailsInTheEndAreTakenToo() {
    Play play = new Play("limits: [{name: r, rows: {rate: 10, per: 1m}}]");
    FakeInterests alice = play.session("alice");
    alice.client(SELECT);
    for (int i = 0; i < 20; i++) {
      alice.server(row(1));
    }
    alice.server(error(), READY);
    refusal(alice.onClient(SELECT));
  }

  @Test
  void longResultsAreTakenWhileTheyCome() {
    Play play = new Play("limits: [{name: r, result-bytes: {rate: 64KiB, per: 1m}}]");
    FakeInterests alice = play.session("alice");
    alice.client(SELECT).server(row(70_000));
    refusal(play.session("bob").onClient(SELECT));
  }

  @Test
  void copyDataIsRefusedOnceAndDroppedThen() {
    Play play = new Play("limits: [{name: s, sent-bytes: {rate: 1KiB, per: 1m}}]");
    FakeInterests alice = play.session("alice");
    assertPasses(alice.onClient(new Query("copy t from stdin")));
    CopyData data = new CopyData(Bytes.wrap(new byte[2000]));
    assertPasses(alice.onClient(data));
    assertThat(refusal(alice.onClient(data))).contains("1KiB sent per minute");
    assertThat(alice.onClient(data)).isEqualTo(Verdict.drop());
    assertPasses(alice.onClient(new CopyDone()));
  }

  @Test
  void valuesOfPreparedStatementsAreSent() {
    Play play = new Play("limits: [{name: s, sent-bytes: {rate: 1KiB, per: 1m}}]");
    FakeInterests alice = play.session("alice");
    alice.client(new Bind("", "", List.of(), List.of(Bytes.wrap(new byte[2000])), List.of()));
    refusal(alice.onClient(new Execute("", 0)));
  }

  @Test
  void aPlaceIsFreeWhenTheServerIsReady() {
    Play play = new Play(ONE_AT_ONCE);
    FakeInterests one = play.session("alice");
    FakeInterests two = play.session("alice");
    assertPasses(one.onClient(SELECT));
    assertThat(refusal(two.onClient(SELECT)))
        .isEqualTo(
            "limit \"one\" is reached: 1 running at once for user \"alice\"; try again in 1 s, or"
                + " when one has ended");
    two.server(error(), READY);
    one.server(DONE, READY);
    run(two, "a");
    run(one, "b");
  }

  @Test
  void aSessionThatSendsAheadHasOnePlaceUntilItsLastAnswer() {
    Play play = new Play(ONE_AT_ONCE);
    FakeInterests one = play.session("alice");
    FakeInterests two = play.session("alice");
    assertPasses(one.onClient(SELECT));
    assertPasses(one.onClient(SELECT));
    one.server(DONE, READY);
    refusal(two.onClient(SELECT));
    one.server(DONE, READY);
    two.server(error(), READY);
    assertPasses(two.onClient(SELECT));
  }

  @Test
  void aSessionThatEndsGivesItsPlaceBack() {
    Play play = new Play(ONE_AT_ONCE);
    FakeInterests one = play.session("alice");
    assertPasses(one.onClient(SELECT));
    one.close(CloseReason.CLIENT_VANISHED);
    run(play.session("alice"), "a");
  }

  @Test
  void whatOneLimitRefusesDoesNotCountForTheOthers() {
    Play play =
        new Play(
            "limits: [{name: a, statements: {rate: 2, per: 1m}}, {name: b, concurrent: 1},"
                + " {name: c, by: [user], statements: {rate: 1, per: 1m}}]");
    FakeInterests alice = play.session("alice");
    run(alice, "a");
    assertThat(refusal(alice.onClient(SELECT))).contains("\"c\"");
    alice.server(error(), READY);
    run(play.session("bob"), "b");
  }

  @Test
  void preparedStatementsAreKnownByTheirNames() {
    Play play =
        new Play(
            "limits: [{name: d, match: {statement: [delete]}, statements: {rate: 1, per: 1m}}]");
    FakeInterests alice = play.session("alice");
    alice.client(new Parse("s", "delete from t where id = $1", List.of()), new Sync());
    alice.server(new ParseComplete(), READY);
    for (int i = 0; i < 2; i++) {
      alice.client(new Query("select 1")).server(DONE, READY);
    }
    assertPasses(execute(alice, "s"));
    alice.server(DONE, READY);
    // A Parse that fails leaves the name to what had it.
    alice.client(new Parse("s", "select 1", List.of()), new Sync()).server(error(), READY);
    refusal(execute(alice, "s"));
    alice.server(error(), READY);
    assertThat(refusal(execute(alice, "never seen"))).contains("\"d\"");
  }

  @Test
  void aNameThatSqlHasGivenAwayIsNotKnown() {
    Play play =
        new Play(
            "limits: [{name: d, match: {statement: [delete]}, statements: {rate: 1, per: 1m}}]");
    FakeInterests alice = play.session("alice");
    alice.client(new Parse("s", "select 1", List.of()), new Sync());
    alice.server(new ParseComplete(), READY);
    for (int i = 0; i < 3; i++) {
      assertPasses(execute(alice, "s"));
      alice.server(DONE, READY);
    }
    run(alice, "deallocate t; declare s cursor for select 1; execute s");
    for (int i = 0; i < 3; i++) {
      assertPasses(execute(alice, "s"));
      alice.server(DONE, READY);
    }
    run(alice, "deallocate s");
    assertPasses(execute(alice, "s"));
    alice.server(DONE, READY);
    assertThat(refusal(execute(alice, "s"))).contains("\"d\"");
  }

  @Test
  void anEndOfACopyThatThereIsNotFreesNoPlace() {
    Play play = new Play(ONE_AT_ONCE);
    FakeInterests one = play.session("alice");
    FakeInterests two = play.session("alice");
    one.client(new Execute("", 0), new Sync(), new CopyDone());
    one.client(new Execute("", 0), new Sync()).server(DONE, READY);
    refusal(two.onClient(SELECT));
    two.server(error(), READY);
    one.server(DONE, READY);
    run(two, "a");
  }

  @Test
  void statementsAlikeButForTheirValuesShareABucket() {
    Play play = new Play("limits: [{name: f, by: [fingerprint], statements: {rate: 1, per: 1m}}]");
    FakeInterests alice = play.session("alice");
    run(alice, "select * from t where id = 1");
    run(alice, "select * from u where id = 1");
    assertThat(refusal(play.session("bob").onClient(new Query("SELECT * FROM t WHERE id = 2"))))
        .contains("for fingerprint \"" + Shape.of("select * from t where id=3").fingerprint());
  }

  @Test
  void dryRunsLetPassAndCount() {
    Play play = new Play("{dry-run: true, " + TWO_A_MINUTE + "}");
    FakeInterests alice = play.session("alice");
    for (int i = 0; i < 5; i++) {
      run(alice, "a");
    }
    assertThat(play.metric("would_refuse")).isEqualTo(3);
    assertThat(play.metric("refused")).isZero();
  }

  private static Verdict<FrontendMessage> execute(FakeInterests session, String statement) {
    session.client(new Bind("", statement, List.of(), List.of(), List.of()));
    Verdict<FrontendMessage> verdict = session.onClient(new Execute("", 0));
    session.client(new Sync());
    return verdict;
  }

  private static DataRow row(int bytes) {
    return new DataRow(List.of(Bytes.wrap(new byte[bytes])));
  }

  private static ErrorResponse error() {
    return ErrorResponse.error(new SqlState("42601"), "syntax error");
  }
}
