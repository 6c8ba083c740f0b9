package dev.postern.proxy.relay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.Bytes;
import dev.postern.api.SqlState;
import dev.postern.api.intercept.Verdict;
import dev.postern.api.message.BackendMessage;
import dev.postern.api.message.CommandComplete;
import dev.postern.api.message.CopyData;
import dev.postern.api.message.CopyFail;
import dev.postern.api.message.Describe;
import dev.postern.api.message.ErrorResponse;
import dev.postern.api.message.Execute;
import dev.postern.api.message.FrontendMessage;
import dev.postern.api.message.Parse;
import dev.postern.api.message.Query;
import dev.postern.api.message.Sync;
import dev.postern.api.message.Target;
import dev.postern.api.session.CloseReason;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A message that an interceptor rejects is answered in its turn. */
final class RejectionTest {
  private static final String MEBIBYTE = "x".repeat(1 << 20);

  private final RelayFixture session = new RelayFixture();

  @AfterEach
  void close() {
    session.close();
  }

  @Test
  void rejectsAQueryInItsTurn() throws Exception {
    rejecting("forbidden");
    session.clientSends(new Query("allowed"), new Query("forbidden"));
    List<FrontendMessage> passed = session.toBackend();
    assertThat(passed.get(0)).isEqualTo(new Query("allowed"));
    String standIn = ((Query) passed.get(1)).sql();
    session.backendSends(new CommandComplete("SELECT 1"), RelayFixture.READY);
    session.backendSends(
        ErrorResponse.error(new SqlState("42601"), "syntax error at or near \"" + standIn + "\""),
        RelayFixture.READY);
    List<BackendMessage> answers = session.toClient();
    assertThat(answers).hasSize(4);
    assertThat(answers.get(2))
        .isEqualTo(ErrorResponse.error(SqlState.INSUFFICIENT_PRIVILEGE, "not you"));
  }

  @Test
  void rejectsAParseByMakingTheBackendSkipToSync() throws Exception {
    rejectingParse("not you");
    session.clientSends(new Parse("", "select 1", List.of()), new Execute("", 0), new Sync());
    List<FrontendMessage> passed = session.toBackend();
    assertThat(passed).hasSize(3);
    assertThat(passed.get(0))
        .isInstanceOfSatisfying(
            Describe.class, describe -> assertThat(describe.target()).isEqualTo(Target.STATEMENT));
    assertThat(passed.get(2)).isEqualTo(new Sync());
  }

  @Test
  void rejectsCopyDataByFailingTheCopy() throws Exception {
    session
        .declarations
        .of("test")
        .interceptFrontend(
            CopyData.class, data -> Verdict.reject(SqlState.INSUFFICIENT_PRIVILEGE, "not you"));
    session.start();
    session.clientSends(new CopyData(Bytes.utf8("row")));
    assertThat(session.toBackend()).hasSize(1).first().isInstanceOf(CopyFail.class);
  }

  @Test
  void leavesTheBackendsOwnErrorsAlone() throws Exception {
    rejecting("forbidden");
    session.clientSends(new Query("forbidden"));
    ErrorResponse own = ErrorResponse.error(new SqlState("22012"), "division by zero");
    session.backendSends(own);
    assertThat(session.toClient()).containsExactly(own);
  }

  @Test
  void answersEachOfABurstInItsTurn() throws Exception {
    rejecting("forbidden");
    ByteBuf burst = Unpooled.buffer();
    for (int i = 0; i < 2000; i++) {
      burst.writeBytes(RelayFixture.frontend(new Query("forbidden")));
    }
    session.client.writeInbound(burst);
    for (FrontendMessage standIn : session.toBackend()) {
      refusedByTheServer(((Query) standIn).sql());
      assertThat(session.toClient())
          .containsExactly(
              ErrorResponse.error(SqlState.INSUFFICIENT_PRIVILEGE, "not you"), RelayFixture.READY);
    }
    assertThat(session.reason).isNull();
  }

  @Test
  void endsTheSessionOfAClientWhoseServerComesToNoneOfTheMessages() throws Exception {
    rejectingParse(MEBIBYTE);
    for (int i = 0; i < Rejections.MAX_CHARACTERS / MEBIBYTE.length(); i++) {
      session.clientSends(new Parse("", "", List.of()));
    }
    assertThat(session.reason).isNull();
    session.clientSends(new Parse("", "", List.of()));
    assertThat(session.reason).isEqualTo(CloseReason.INTERCEPTOR);
    assertThat(session.toClient())
        .singleElement()
        .isInstanceOfSatisfying(
            ErrorResponse.class,
            error -> assertThat(error.sqlState()).isEqualTo(SqlState.PROGRAM_LIMIT_EXCEEDED));
  }

  @Test
  void remembersNothingOfWhatTheServerSkips() {
    Rejections rejections = new Rejections(false);
    for (int i = 0; i < Rejections.MAX_OUTSTANDING - 1; i++) {
      rejections.reject((byte) 'P', SqlState.INSUFFICIENT_PRIVILEGE, "skipped");
    }
    Query last = (Query) rejections.reject((byte) 'Q', SqlState.INSUFFICIENT_PRIVILEGE, "not you");
    assertThat(rejections.isFull()).isTrue();
    ErrorResponse error = ErrorResponse.error(new SqlState("42601"), "at \"" + last.sql() + "\"");
    assertThat(rejections.answerTo(error))
        .isEqualTo(ErrorResponse.error(SqlState.INSUFFICIENT_PRIVILEGE, "not you"));
    assertThat(rejections.isFull()).isFalse();
    assertThat(rejections.answerTo(error)).isNull();
  }

  @Test
  void remembersNothingWhenAllIsAnswered() {
    rejectingParse(MEBIBYTE);
    for (int i = 0; i < 2 * Rejections.MAX_CHARACTERS / MEBIBYTE.length(); i++) {
      session.clientSends(
          new Execute("no such portal", 0), new Parse("", "", List.of()), new Sync());
      session.backendSends(
          ErrorResponse.error(new SqlState("34000"), "no such portal"), RelayFixture.READY);
    }
    assertThat(session.reason).isNull();
  }

  private void rejectingParse(String sentence) {
    session
        .declarations
        .of("test")
        .interceptFrontend(
            Parse.class, parse -> Verdict.reject(SqlState.INSUFFICIENT_PRIVILEGE, sentence));
    session.start();
  }

  private void refusedByTheServer(String standIn) {
    session.backendSends(
        ErrorResponse.error(new SqlState("42601"), "syntax error at or near \"" + standIn + "\""),
        RelayFixture.READY);
  }

  private void rejecting(String sql) {
    session
        .declarations
        .of("test")
        .interceptFrontend(
            Query.class,
            query ->
                query.sql().equals(sql)
                    ? Verdict.reject(SqlState.INSUFFICIENT_PRIVILEGE, "not you")
                    : Verdict.forward());
    session.start();
  }
}
