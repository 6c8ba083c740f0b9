package dev.postern.proxy.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.postern.api.Bytes;
import dev.postern.api.SqlState;
import dev.postern.api.intercept.Interests;
import dev.postern.api.intercept.Verdict;
import dev.postern.api.message.BackendMessage;
import dev.postern.api.message.CommandComplete;
import dev.postern.api.message.CopyData;
import dev.postern.api.message.ErrorResponse;
import dev.postern.api.message.Execute;
import dev.postern.api.message.FrontendMessage;
import dev.postern.api.message.Parse;
import dev.postern.api.message.ParseComplete;
import dev.postern.api.message.Query;
import dev.postern.api.message.Sync;
import dev.postern.api.session.CloseReason;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What interceptors see and change, wherever the stream is cut. */
final class InterceptionTest {
  private final RelayFixture session = new RelayFixture();

  @AfterEach
  void close() {
    session.close();
  }

  private static FrontendMessage[] conversation() {
    return new FrontendMessage[] {
      new Query("select 1"),
      new Parse("s", "select $1", List.of()),
      new CopyData(Bytes.wrap(new byte[300])),
      new Execute("", 0),
      new Sync(),
      new Query(""),
      new Query("select 'last'")
    };
  }

  @Test
  void showsEveryDeclaredMessageWhereverTheStreamIsCut() {
    byte[] stream = ByteBufUtil.getBytes(RelayFixture.frontend(conversation()));
    for (int cut = 1; cut < stream.length; cut++) {
      RelayFixture cutSession = new RelayFixture();
      List<String> seen = new ArrayList<>();
      cutSession
          .declarations
          .of("test")
          .observeFrontend(Query.class, query -> seen.add(query.sql()));
      cutSession.start();
      cutSession.client.writeInbound(Unpooled.copiedBuffer(stream, 0, cut));
      cutSession.client.writeInbound(Unpooled.copiedBuffer(stream, cut, stream.length - cut));
      assertThat(ByteBufUtil.getBytes(RelayFixture.sent(cutSession.backend)))
          .as("cut at %s", cut)
          .isEqualTo(stream);
      assertThat(seen).as("cut at %s", cut).containsExactly("select 1", "", "select 'last'");
      cutSession.close();
    }
  }

  @Test
  void showsEveryDeclaredMessageOfAStreamThatDrips() {
    byte[] stream = ByteBufUtil.getBytes(RelayFixture.frontend(conversation()));
    List<FrontendMessage> seen = new ArrayList<>();
    session.declarations.of("test").observeFrontend(FrontendMessage.class, seen::add);
    session.start();
    ByteBuf passed = Unpooled.buffer();
    for (byte one : stream) {
      session.client.writeInbound(Unpooled.wrappedBuffer(new byte[] {one}));
      passed.writeBytes(RelayFixture.sent(session.backend));
    }
    assertThat(ByteBufUtil.getBytes(passed)).isEqualTo(stream);
    assertThat(seen).containsExactly(conversation());
  }

  @Test
  void passesAMessageThatNobodyDeclaredInPartsBeforeItIsWhole() {
    session.declarations.of("test").observeFrontend(Sync.class, sync -> {});
    session.start();
    ByteBuf begun = RelayFixture.frontend(new Query("x".repeat(5000))).slice(0, 100);
    session.client.writeInbound(begun.copy());
    assertThat(RelayFixture.sent(session.backend).readableBytes()).isEqualTo(100);
  }

  @ParameterizedTest
  @CsvSource({"c, CopyDone", "H, Flush", "S, Sync", "X, Terminate"})
  void endsASessionWhoseClientPutsSomethingWhereTheProtocolHasNothing(char type, String name)
      throws Exception {
    session.declarations.of("test").observeFrontend(Query.class, query -> {});
    session.start();
    ByteBuf bytes = RelayFixture.frontend(new Query("a"));
    session.client.writeInbound(bytes.writeByte(type).writeInt(5));
    assertThat(session.reason).isEqualTo(CloseReason.CLIENT_PROTOCOL_VIOLATION);
    assertThat(session.detail).endsWith(name + ": length 5 (expected: 4)");
    assertThat(session.toClient())
        .singleElement()
        .isInstanceOfSatisfying(
            ErrorResponse.class,
            error -> assertThat(error.sqlState()).isEqualTo(SqlState.PROTOCOL_VIOLATION));
    assertThat(ByteBufUtil.getBytes(RelayFixture.sent(session.backend)))
        .isEqualTo(ByteBufUtil.getBytes(RelayFixture.frontend(new Query("a"))));
  }

  @Test
  void leavesThatToTheServerWhereNobodyLooks() {
    session.start();
    ByteBuf malformed = Unpooled.buffer().writeByte('H').writeInt(5).writeByte(0);
    session.client.writeInbound(malformed.copy());
    assertThat(RelayFixture.sent(session.backend)).isEqualTo(malformed);
    assertThat(session.reason).isNull();
  }

  @Test
  void appendsToADeclaredMessageInsteadOfCopyingItForEveryPart() {
    session.declarations.of("test").observeFrontend(Query.class, query -> {});
    session.start();
    ByteBuf whole = RelayFixture.frontend(new Query("x".repeat(900)));
    ByteBuf begun = Unpooled.buffer(2000).writeBytes(whole, 100);
    session.client.writeInbound(begun);
    session.client.writeInbound(whole.readRetainedSlice(400));
    assertThat(begun.refCnt()).isOne();
    assertThat(begun.readableBytes()).isEqualTo(500);
    session.client.writeInbound(whole);
    assertThat(RelayFixture.sent(session.backend).readableBytes()).isEqualTo(906);
  }

  @Test
  void replacesAMessageInItsPlace() throws Exception {
    session
        .declarations
        .of("test")
        .interceptFrontend(Query.class, query -> Verdict.replace(new Query(query.sql() + "!")));
    session.start();
    session.clientSends(new Sync(), new Query("a"), new Sync(), new Query("b"));
    assertThat(session.toBackend())
        .containsExactly(new Sync(), new Query("a!"), new Sync(), new Query("b!"));
  }

  @Test
  void letsTheNextInterceptorSeeWhatTheOneBeforeItMade() throws Exception {
    List<String> seen = new ArrayList<>();
    session
        .declarations
        .of("first")
        .interceptFrontend(
            Query.class, query -> Verdict.replace(List.of(new Query("x"), new Query("y"))));
    session.declarations.of("second").observeFrontend(Query.class, query -> seen.add(query.sql()));
    session.start();
    session.clientSends(new Query("a"));
    assertThat(seen).containsExactly("x", "y");
    assertThat(session.toBackend()).containsExactly(new Query("x"), new Query("y"));
  }

  @Test
  void asksInterceptorsOfBackendMessagesInTheOppositeOrder() {
    List<String> order = new ArrayList<>();
    session
        .declarations
        .of("first")
        .observeBackend(CommandComplete.class, done -> order.add("first a"))
        .observeBackend(CommandComplete.class, done -> order.add("first b"));
    session
        .declarations
        .of("second")
        .observeBackend(CommandComplete.class, done -> order.add("second"));
    session.start();
    session.backendSends(new CommandComplete("SELECT 1"));
    assertThat(order).containsExactly("second", "first a", "first b");
  }

  @Test
  void endsASessionWhoseAnswersCannotBeToldApartWhereSomebodyDecides() throws Exception {
    List<BackendMessage> seen = new ArrayList<>();
    session
        .declarations
        .of("test")
        .interceptFrontend(Query.class, query -> Verdict.forward())
        .observeBackend(BackendMessage.class, seen::add);
    session.start();
    session.clientSends(new Query("a"));
    CommandComplete done = new CommandComplete("SELECT 1");
    session.backendSends(done, new ParseComplete(), done);
    assertThat(seen).containsExactly(done);
    assertThat(session.toClient())
        .satisfiesExactly(
            first -> assertThat(first).isEqualTo(done),
            last ->
                assertThat(((ErrorResponse) last).sqlState())
                    .isEqualTo(SqlState.PROTOCOL_VIOLATION));
    assertThat(session.reason).isEqualTo(CloseReason.CLIENT_PROTOCOL_VIOLATION);
  }

  @Test
  void takesNoDeclarationOnceItHasBegun() {
    Interests late = session.declarations.of("late");
    session.start();
    assertThatIllegalStateException()
        .isThrownBy(() -> late.observeFrontend(Query.class, query -> {}))
        .withMessageContaining("late")
        .withMessageContaining("open()");
    assertThatIllegalStateException()
        .isThrownBy(() -> late.interceptBackend(ErrorResponse.class, e -> Verdict.forward()));
    assertThatIllegalStateException().isThrownBy(() -> late.onClose(reason -> {}));
  }

  @Test
  void tellsInterceptorsOnceThatTheSessionIsOver() {
    List<CloseReason> reasons = new ArrayList<>();
    session.declarations.of("test").onClose(reasons::add);
    session.start();
    session.backend.close();
    session.client.close();
    assertThat(reasons).containsExactly(CloseReason.BACKEND_CLOSED);
  }
}
