package dev.postern.plugins.mask;

import static dev.postern.plugins.mask.Sample.PEOPLE;
import static dev.postern.plugins.mask.Sample.field;
import static dev.postern.plugins.mask.Sample.row;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.Bytes;
import dev.postern.api.SqlState;
import dev.postern.api.intercept.Verdict;
import dev.postern.api.message.Bind;
import dev.postern.api.message.BindComplete;
import dev.postern.api.message.Close;
import dev.postern.api.message.CloseComplete;
import dev.postern.api.message.CommandComplete;
import dev.postern.api.message.CopyDone;
import dev.postern.api.message.CopyFail;
import dev.postern.api.message.CopyInResponse;
import dev.postern.api.message.DataRow;
import dev.postern.api.message.Describe;
import dev.postern.api.message.ErrorResponse;
import dev.postern.api.message.Execute;
import dev.postern.api.message.Format;
import dev.postern.api.message.FrontendMessage;
import dev.postern.api.message.NoData;
import dev.postern.api.message.Parse;
import dev.postern.api.message.ParseComplete;
import dev.postern.api.message.Query;
import dev.postern.api.message.ReadyForQuery;
import dev.postern.api.message.RowDescription;
import dev.postern.api.message.Sync;
import dev.postern.api.message.Target;
import dev.postern.api.message.TransactionStatus;
import dev.postern.testkit.spi.FakeInterests;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever a client does with the order and the names of the protocol, an answer is judged by what
 * it answers.
 */
final class ConversationTest {
  private static final String EVIL = "select upper(ssn) from people";
  private static final String HARMLESS = "select upper('x')";
  private static final RowDescription COMPUTED = row(field(0, 0, 25));
  private static final DataRow VALUE = new DataRow(List.of(Bytes.utf8("123-45-6789")));
  private static final ReadyForQuery IDLE = new ReadyForQuery(TransactionStatus.IDLE);
  private static final ErrorResponse ERROR = ErrorResponse.error(SqlState.INTERNAL_ERROR, "no");
  private static final CopyInResponse COPY_IN = new CopyInResponse(Format.TEXT, List.of());

  private final Sample session = new Sample();
  private final FakeInterests wire = session.wire;

  /** What answers the evil Query must not pass, whatever harmless one stands behind it. */
  private void assertEvilIsRefused() {
    assertThat(wire.onServer(COMPUTED)).isInstanceOf(Verdict.Replace.class);
    assertThat(wire.onServer(VALUE)).isEqualTo(Verdict.drop());
    assertThat(session.refusals).containsExactly("column 1 may be computed from masked values");
  }

  private void evilAndHarmless() {
    wire.client(new Query(EVIL), new Query(HARMLESS));
  }

  @Test
  void anEndOfRowsThatNobodyAskedForTakesNoSyncAway() {
    for (FrontendMessage end : List.of(new CopyDone(), new CopyFail("x"))) {
      wire.client(new Sync(), end);
    }
    evilAndHarmless();
    wire.server(IDLE, IDLE);
    assertEvilIsRefused();
  }

  /** The server has not read the first Sync when it refuses, so that it answers both. */
  @Test
  void aCopyThatFailsBeforeItReadsTheSyncBehindItShiftsNothing() {
    beginCopy();
    wire.client(new CopyDone(), new Sync());
    evilAndHarmless();
    wire.server(ERROR, IDLE, IDLE);
    assertEvilIsRefused();
  }

  @Test
  void aCopyThatFailsBehindItsSyncShiftsNothing() {
    beginCopy();
    wire.client(new CopyDone(), new Sync());
    evilAndHarmless();
    wire.server(ERROR, IDLE);
    assertEvilIsRefused();
  }

  @Test
  void whatMayOrMayNotBeSkippedBehindACopyThatFailsEndsTheSession() {
    beginCopy();
    wire.client(new CopyDone(), parse("s", HARMLESS), new Sync());
    assertThat(wire.onServer(ERROR)).isInstanceOf(Verdict.Terminate.class);
  }

  private void beginCopy() {
    wire.client(parse("", "copy orders from stdin"), bind("", ""), new Execute("", 0), new Sync());
    wire.server(new ParseComplete(), new NoData(), new BindComplete());
    assertThat(wire.onServer(COPY_IN)).isEqualTo(Verdict.forward());
  }

  @Test
  void queriesThatTheServerSkipsAreNotAnswered() {
    wire.client(parse("s", HARMLESS), new Query(HARMLESS), new Query(HARMLESS), new Sync());
    evilAndHarmless();
    wire.server(ERROR, IDLE);
    assertEvilIsRefused();
  }

  @Test
  void queriesThatAreSentWhileTheServerSkipsAreNotAnswered() {
    wire.client(parse("s", HARMLESS)).server(ERROR);
    wire.client(new Query(HARMLESS), new Query(HARMLESS), new Sync());
    evilAndHarmless();
    wire.server(IDLE);
    assertEvilIsRefused();
  }

  /** A cancel or a timeout can hit the Describe alone. */
  @Test
  void aStatementWhoseDescriptionFailsIsDescribedBeforeItIsExecuted() {
    wire.client(parse("s", "select a from later"), new Sync());
    wire.server(new ParseComplete(), ERROR, IDLE);
    Bind bind = bind("", "s");
    assertThat(wire.onClient(bind)).isEqualTo(Verdict.forward());

    Execute execute = new Execute("", 0);
    assertThat(wire.onClient(execute)).isEqualTo(describedFirst(execute));
    wire.client(new Sync());
    wire.server(new BindComplete());
    assertThat(wire.onServer(row(field(PEOPLE, 2, 25)))).isEqualTo(Verdict.drop());
    assertThat(wire.onServer(VALUE))
        .isEqualTo(Verdict.replace(new DataRow(List.of(Bytes.utf8("*******6789")))));
  }

  @Test
  void theRowsOfAStatementWhoseDescriptionHasFailedMeanwhileEndTheSession() {
    wire.client(parse("s", "select a from later"), new Sync());
    wire.client(bind("", "s"), new Execute("", 0), new Sync());
    wire.server(new ParseComplete(), ERROR, IDLE, new BindComplete());
    assertThat(wire.onServer(VALUE)).isInstanceOf(Verdict.Terminate.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "deallocate s",
        "DEALLOCATE \"S\"",
        "/* */ prepare s as select 1",
        "select 1; deallocate prepare s",
        "deallocate all",
        "discard all"
      })
  void aNameThatSqlHasTakenIsNotWhatTheProtocolMadeIt(String sql) {
    prepare("s");
    prepare("S");
    assertThat(isDescribedFirst("s")).isFalse();
    wire.client(new Query(sql)).server(new CommandComplete("OK"), IDLE);
    assertThat(isDescribedFirst(sql.contains("\"") ? "S" : "s")).isTrue();
  }

  @Test
  void aNameThatAPreparedStatementTakesWhenSqlExecutesItIsNotWhatTheProtocolMadeIt() {
    prepare("s");
    wire.client(new Query("execute t")).server(new CommandComplete("OK"), IDLE);
    assertThat(isDescribedFirst("s")).isFalse();

    wire.client(parse("d", "deallocate s"), new Sync()).server(new ParseComplete(), IDLE);
    wire.client(new Query("execute d")).server(new CommandComplete("DEALLOCATE"), IDLE);
    assertThat(isDescribedFirst("s")).isTrue();
  }

  @Test
  void anotherNameThanSqlHasTakenIsStillKnown() {
    prepare("s");
    wire.client(new Query("deallocate t; close s")).server(new CommandComplete("OK"), IDLE);
    assertThat(isDescribedFirst("s")).isFalse();
  }

  @Test
  void whatIsSkippedBehindARefusedMessageTakesNoNames() {
    prepare("s");
    wire.client(parse("evil", "do $$ $$"), bind("", "evil"), new Execute("", 0));
    wire.client(new Close(Target.STATEMENT, "s"), new Query("deallocate s"), new Sync());
    wire.server(ERROR, IDLE);
    assertThat(session.refusals).hasSize(1);
    session.refusals.clear();
    assertThat(isDescribedFirst("s")).isFalse();
  }

  @Test
  void ofANameOfOtherLettersNothingIsKnown() {
    prepare("é");
    assertThat(isDescribedFirst("é")).isTrue();
  }

  @Test
  void aNameThatTheServerCutsIsOne() {
    String cut = "n".repeat(63);
    prepare(cut + "a");
    assertThat(isDescribedFirst(cut + "b")).isFalse();
    wire.client(new Close(Target.STATEMENT, cut + "c"), new Sync());
    wire.server(new CloseComplete(), IDLE);
    assertThat(isDescribedFirst(cut + "a")).isTrue();
  }

  @Test
  void aParseThatMayFailCountsInItsOwnCycleOnly() {
    prepare("s");
    wire.client(parse("s", HARMLESS), new Sync(), bind("", "s"));
    Execute execute = new Execute("", 0);
    assertThat(wire.onClient(execute)).isEqualTo(describedFirst(execute));
  }

  private void prepare(String name) {
    wire.client(parse(name, HARMLESS), new Sync());
    wire.server(new ParseComplete(), COMPUTED, IDLE);
  }

  private boolean isDescribedFirst(String statement) {
    wire.client(bind("", statement));
    Execute execute = new Execute("", 0);
    Verdict<FrontendMessage> verdict = wire.onClient(execute);
    wire.client(new Sync());
    wire.server(new BindComplete());
    boolean described = verdict.equals(describedFirst(execute));
    if (described) {
      wire.server(COMPUTED);
    }
    wire.server(VALUE, new CommandComplete("SELECT 1"), IDLE);
    assertThat(session.refusals).isEmpty();
    return described;
  }

  private static Verdict<FrontendMessage> describedFirst(Execute execute) {
    return Verdict.replace(List.of(new Describe(Target.PORTAL, execute.portal()), execute));
  }

  private static Parse parse(String name, String sql) {
    return new Parse(name, sql, List.of());
  }

  private static Bind bind(String portal, String statement) {
    return new Bind(portal, statement, List.of(), List.of(), List.of());
  }
}
