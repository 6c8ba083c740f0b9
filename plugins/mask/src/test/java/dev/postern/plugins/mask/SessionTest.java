package dev.postern.plugins.mask;

import static dev.postern.plugins.mask.Sample.CARDS;
import static dev.postern.plugins.mask.Sample.ORDERS;
import static dev.postern.plugins.mask.Sample.PEOPLE;
import static dev.postern.plugins.mask.Sample.field;
import static dev.postern.plugins.mask.Sample.row;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.Bytes;
import dev.postern.api.SqlState;
import dev.postern.api.intercept.Verdict;
import dev.postern.api.message.BackendMessage;
import dev.postern.api.message.CommandComplete;
import dev.postern.api.message.CopyBothResponse;
import dev.postern.api.message.DataRow;
import dev.postern.api.message.Describe;
import dev.postern.api.message.ErrorResponse;
import dev.postern.api.message.Execute;
import dev.postern.api.message.Flush;
import dev.postern.api.message.Format;
import dev.postern.api.message.FrontendMessage;
import dev.postern.api.message.Parse;
import dev.postern.api.message.ParseComplete;
import dev.postern.api.message.Query;
import dev.postern.api.message.ReadyForQuery;
import dev.postern.api.message.RowDescription;
import dev.postern.api.message.Target;
import dev.postern.api.message.TransactionStatus;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SessionTest {
  private static final RowDescription SSN = row(field(PEOPLE, 2, 25));
  private static final ReadyForQuery IDLE = new ReadyForQuery(TransactionStatus.IDLE);
  private static final ReadyForQuery OPEN = new ReadyForQuery(TransactionStatus.IN_TRANSACTION);

  private final Sample session = new Sample();

  @Test
  void aMaskedColumnIsReplacedAndNothingElse() {
    session.wire.client(new Query("select id, ssn from people"));
    session.wire.server(row(field(PEOPLE, 1, 23), field(PEOPLE, 2, 25)));

    assertThat(session.wire.onServer(rowOf("7", "123-45-6789")))
        .isEqualTo(Verdict.<BackendMessage>replace(rowOf("7", "*******6789")));
  }

  @Test
  void aResultWithoutMaskedColumnsPassesAsItCame() {
    session.wire.client(new Query("select id from orders"));

    assertThat(session.wire.onServer(row(field(ORDERS, 1, 23)))).isEqualTo(Verdict.forward());
    assertThat(session.wire.onServer(rowOf("7"))).isEqualTo(Verdict.forward());
  }

  @Test
  void aRefusedResultIsOneErrorAndNothingElse() {
    session.wire.client(new Query("select upper(ssn) from people"));

    assertThat(replacement(session.wire.onServer(row(field(0, 0, 25)))))
        .isInstanceOfSatisfying(
            ErrorResponse.class,
            error -> assertThat(error.sqlState()).isEqualTo(SqlState.INSUFFICIENT_PRIVILEGE));
    assertThat(session.wire.onServer(rowOf("SECRET"))).isEqualTo(Verdict.drop());
    assertThat(session.wire.onServer(new CommandComplete("SELECT 1"))).isEqualTo(Verdict.drop());
    assertThat(session.wire.onServer(IDLE)).isEqualTo(Verdict.forward());
    assertThat(session.refusals).hasSize(1);
  }

  @Test
  void aBlockThatTheClientTakesForFailedIsNeverCommitted() {
    session.wire.client(new Query("begin")).server(new CommandComplete("BEGIN"), OPEN);
    session.wire.client(new Query("select upper(ssn) from people"));
    session.wire.server(row(field(0, 0, 25)), new CommandComplete("SELECT 1"));
    assertThat(session.wire.onServer(OPEN))
        .isEqualTo(Verdict.<BackendMessage>replace(new ReadyForQuery(TransactionStatus.FAILED)));

    assertThat(session.wire.onClient(new Query("commit")))
        .isEqualTo(Verdict.<FrontendMessage>replace(new Query("ROLLBACK")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "rollback; select upper(ssn) from people",
        "abort;select query_to_xml('select * from people', true, true, '')",
        "commit; update people set name = ssn",
        ";rollback to a;; select upper(ssn) from people"
      })
  void behindTheEndOfABlockThatTheClientTakesForFailedNothingElsePasses(String sql) {
    session.wire.client(new Query("begin")).server(new CommandComplete("BEGIN"), OPEN);
    session.wire.client(new Query("select upper(ssn) from people"));
    session.wire.server(row(field(0, 0, 25)), new CommandComplete("SELECT 1"), OPEN);

    assertThat(session.wire.onClient(new Query(sql))).isNotEqualTo(Verdict.forward());
    assertThat(session.wire.onClient(new Query("rollback;"))).isEqualTo(Verdict.forward());
  }

  @Test
  void aStatementThatUsesMaskedColumnsIsDescribedAtOnce() {
    Parse parse = new Parse("s", "select ssn from people", List.of());

    assertThat(session.wire.onClient(parse))
        .isEqualTo(
            Verdict.replace(
                List.<FrontendMessage>of(parse, new Describe(Target.STATEMENT, "s"), new Flush())));
  }

  @Test
  void anUnknownPortalIsDescribedBeforeItIsExecuted() {
    Execute execute = new Execute("c", 0);

    assertThat(session.wire.onClient(execute))
        .isEqualTo(
            Verdict.replace(List.<FrontendMessage>of(new Describe(Target.PORTAL, "c"), execute)));
  }

  @Test
  void rowsThatWereNotDescribedEndTheSession() {
    session.wire.client(new Query("select ssn from people"));

    assertThat(session.wire.onServer(rowOf("123-45-6789"))).isInstanceOf(Verdict.Terminate.class);
  }

  @Test
  void rowsOfAnotherWidthThanDescribedEndTheSession() {
    session.wire.client(new Query("select ssn from people")).server(SSN);

    assertThat(session.wire.onServer(rowOf("123-45-6789", "123-45-6789")))
        .isInstanceOf(Verdict.Terminate.class);
  }

  @Test
  void answersToNothingEndTheSession() {
    assertThat(session.wire.onServer(SSN)).isInstanceOf(Verdict.Terminate.class);
    assertThat(session.wire.onServer(new ParseComplete())).isInstanceOf(Verdict.Terminate.class);
    assertThat(session.wire.onServer(new CopyBothResponse(Format.TEXT, List.of())))
        .isInstanceOf(Verdict.Terminate.class);
  }

  @Test
  void whereAnEffectCannotBeRuledOutARefusalEndsTheSession() {
    session.wire.client(new Query("prepare q as select ssn from people"));
    session.wire.server(new CommandComplete("PREPARE"), IDLE);
    session.wire.client(new Query("execute q"));

    assertThat(session.wire.onServer(row(field(0, 0, 25)))).isInstanceOf(Verdict.Terminate.class);
  }

  @Test
  void severalStatementsThatOnlyReadFailLikeOne() {
    session.wire.client(new Query("select 1; select upper(ssn) from people; select 2"));
    session.wire.server(row(field(0, 0, 23)), rowOf("1"), new CommandComplete("SELECT 1"));

    assertThat(replacement(session.wire.onServer(row(field(0, 0, 25)))))
        .isInstanceOf(ErrorResponse.class);
    for (BackendMessage behind :
        List.of(
            rowOf("SECRET"),
            new CommandComplete("SELECT 1"),
            row(field(0, 0, 23)),
            rowOf("2"),
            new CommandComplete("SELECT 1"))) {
      assertThat(session.wire.onServer(behind)).isEqualTo(Verdict.drop());
    }
    assertThat(session.wire.onServer(IDLE)).isEqualTo(Verdict.forward());
  }

  @Test
  void eachResultOfAQueryIsJudgedByItsOwnStatement() {
    session.wire.client(new Query("delete from t; select ssn from people; select 1"));
    session.wire.server(new CommandComplete("DELETE 1"), SSN);
    assertThat(session.wire.onServer(rowOf("123-45-6789")))
        .isEqualTo(Verdict.<BackendMessage>replace(rowOf("*******6789")));
    session.wire.server(new CommandComplete("SELECT 1"));

    assertThat(session.wire.onServer(row(field(0, 0, 23)))).isEqualTo(Verdict.forward());
    assertThat(session.wire.onServer(rowOf("1"))).isEqualTo(Verdict.forward());
  }

  @Test
  void aQueryIsCountedAnewBehindOneThatFailed() {
    session.wire.client(new Query("select 1; select ssn from people"));
    session.wire.server(
        row(field(0, 0, 23)),
        new CommandComplete("SELECT 1"),
        ErrorResponse.error(SqlState.INSUFFICIENT_PRIVILEGE, "no"),
        IDLE);
    session.wire.client(new Query("select upper(ssn) from people; select 1"));

    assertThat(replacement(session.wire.onServer(row(field(0, 0, 25)))))
        .isInstanceOf(ErrorResponse.class);
  }

  @Test
  void severalStatementsOfWhichOneMayBeRefusedBehindAnEffectDoNotBegin() {
    assertThat(session.wire.onClient(new Query("delete from t; select upper(ssn) from people")))
        .isInstanceOf(Verdict.Reject.class);
    assertThat(session.wire.onClient(new Query("delete from t; select ssn from people")))
        .isEqualTo(Verdict.forward());
  }

  @Test
  void aColumnOfAViewOnTheTableIsRefused() {
    session.wire.client(new Query("select card from cards"));

    assertThat(session.wire.onServer(row(field(CARDS, 1, 25)))).isInstanceOf(Verdict.Replace.class);
  }

  @Test
  void aColumnThatTheServerComputesFromAMaskedOneIsRefused() {
    session.wire.client(new Query("select initials from people"));

    assertThat(session.wire.onServer(row(field(PEOPLE, 3, 25))))
        .isInstanceOf(Verdict.Replace.class);
  }

  @Test
  void aColumnOfAnotherTypeThanTheCatalogSaysIsRefused() {
    session.wire.client(new Query("select ssn from people"));

    assertThat(session.wire.onServer(row(field(PEOPLE, 2, 17))))
        .isInstanceOf(Verdict.Replace.class);
  }

  private static BackendMessage replacement(Verdict<BackendMessage> verdict) {
    if (verdict instanceof Verdict.Replace<BackendMessage>(List<BackendMessage> messages)) {
      assertThat(messages).hasSize(1);
      return messages.getFirst();
    }
    throw new AssertionError(verdict);
  }

  private static DataRow rowOf(String... values) {
    return new DataRow(Arrays.stream(values).map(Bytes::utf8).toList());
  }
}
