package dev.postern.proxy.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.postern.api.Bytes;
import dev.postern.api.SqlState;
import dev.postern.api.intercept.Interests;
import dev.postern.api.intercept.UndecodedMessage;
import dev.postern.api.intercept.Verdict;
import dev.postern.api.message.BackendMessage;
import dev.postern.api.message.CommandComplete;
import dev.postern.api.message.CopyData;
import dev.postern.api.message.CopyDone;
import dev.postern.api.message.CopyFail;
import dev.postern.api.message.CopyInResponse;
import dev.postern.api.message.Describe;
import dev.postern.api.message.ErrorResponse;
import dev.postern.api.message.Execute;
import dev.postern.api.message.Format;
import dev.postern.api.message.FrontendMessage;
import dev.postern.api.message.Parse;
import dev.postern.api.message.Query;
import dev.postern.api.message.ReadyForQuery;
import dev.postern.api.message.Sync;
import dev.postern.api.message.Target;
import dev.postern.api.message.Terminate;
import dev.postern.api.message.TransactionStatus;
import dev.postern.api.session.CloseReason;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class RelayTest {
  private static final ReadyForQuery READY = new ReadyForQuery(TransactionStatus.IDLE);

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
  void forwardsBytesThatAreNoMessagesWhereNobodyLooks() {
    session.start();
    session.client.writeInbound(Unpooled.wrappedBuffer(new byte[] {0, 1, 2, 3, 4, 5, 6, 7}));
    assertThat(ByteBufUtil.getBytes(RelayFixture.sent(session.backend)))
        .containsExactly(0, 1, 2, 3, 4, 5, 6, 7);
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
  void rejectsAQueryInItsTurn() throws Exception {
    rejecting("forbidden");
    session.clientSends(new Query("allowed"), new Query("forbidden"));
    List<FrontendMessage> passed = session.toBackend();
    assertThat(passed.get(0)).isEqualTo(new Query("allowed"));
    String standIn = ((Query) passed.get(1)).sql();
    session.backendSends(new CommandComplete("SELECT 1"), READY);
    session.backendSends(
        ErrorResponse.error(new SqlState("42601"), "syntax error at or near \"" + standIn + "\""),
        READY);
    List<BackendMessage> answers = session.toClient();
    assertThat(answers).hasSize(4);
    assertThat(answers.get(2))
        .isEqualTo(ErrorResponse.error(SqlState.INSUFFICIENT_PRIVILEGE, "not you"));
  }

  @Test
  void rejectsAParseByMakingTheBackendSkipToSync() throws Exception {
    session
        .declarations
        .of("test")
        .interceptFrontend(
            Parse.class, parse -> Verdict.reject(SqlState.INSUFFICIENT_PRIVILEGE, "not you"));
    session.start();
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

  @Test
  void keepsTheOrderWhileAVerdictIsAwaited() throws Exception {
    CompletableFuture<Verdict<FrontendMessage>> verdict = new CompletableFuture<>();
    session
        .declarations
        .of("test")
        .interceptFrontend(
            Query.class,
            query -> query.sql().equals("slow") ? Verdict.later(verdict) : Verdict.forward());
    session.start();
    session.clientSends(new Query("before"), new Query("slow"), new Query("after"));
    session.clientSends(new Sync());
    assertThat(session.toBackend()).containsExactly(new Query("before"));
    assertThat(session.client.config().isAutoRead()).isFalse();
    verdict.complete(Verdict.forward());
    session.client.runPendingTasks();
    assertThat(session.toBackend())
        .containsExactly(new Query("slow"), new Query("after"), new Sync());
    assertThat(session.client.config().isAutoRead()).isTrue();
  }

  @Test
  void endsTheSessionWhereAnAwaitedVerdictFails() throws Exception {
    CompletableFuture<Verdict<FrontendMessage>> verdict = new CompletableFuture<>();
    session.declarations.of("test").interceptFrontend(Query.class, query -> Verdict.later(verdict));
    session.start();
    session.clientSends(new Query("slow"));
    verdict.completeExceptionally(new IllegalStateException("broken"));
    session.client.runPendingTasks();
    assertThat(session.reason).isEqualTo(CloseReason.INTERCEPTOR);
    assertThat(session.detail).contains("test").contains("broken");
  }

  @Test
  void endsTheSessionWhereAnAwaitedReplacementCannotBeSent() throws Exception {
    CompletableFuture<Verdict<FrontendMessage>> verdict = new CompletableFuture<>();
    session.declarations.of("test").interceptFrontend(Query.class, query -> Verdict.later(verdict));
    session.start();
    session.clientSends(new Query("slow"), new Sync());
    verdict.complete(Verdict.replace(new Query("zero \0")));
    session.client.runPendingTasks();
    assertThat(session.reason).isEqualTo(CloseReason.INTERCEPTOR);
    assertThat(session.detail).contains("test").contains("zero character");
    assertThat(session.toBackend()).doesNotContain(new Sync());
    assertThat(session.toClient()).hasSize(1);
    assertThat(session.client.isOpen()).isFalse();
  }

  @Test
  void endsTheSessionWhereASentenceCannotBeSent() throws Exception {
    session
        .declarations
        .of("test")
        .interceptFrontend(
            Query.class, query -> Verdict.terminate(SqlState.INSUFFICIENT_PRIVILEGE, "zero \0"));
    session.start();
    session.clientSends(new Query("a"));
    assertThat(session.reason).isEqualTo(CloseReason.INTERCEPTOR);
    assertThat(session.detail).contains("test").contains("zero character");
    assertThat(session.toClient()).hasSize(1);
    assertThat(session.toBackend()).containsExactly(new Terminate());
    assertThat(session.client.isOpen()).isFalse();
    assertThat(session.backend.isOpen()).isFalse();
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
  void readsNothingForAClientThatIsFullWhenTheRelayBegins() {
    session.client.write(Unpooled.buffer().writeZero(100_000));
    session.start();
    assertThat(session.backend.config().isAutoRead()).isFalse();
    session.client.flush();
    assertThat(session.backend.config().isAutoRead()).isTrue();
  }

  @Test
  void endsOnlyThisSessionWhereAHandlerThrows() throws Exception {
    session
        .declarations
        .of("test")
        .observeFrontend(
            Query.class,
            query -> {
              throw new IllegalStateException("broken");
            });
    session.start();
    session.clientSends(new Sync(), new Query("a"), new Sync());
    assertThat(session.toBackend()).startsWith(new Sync()).doesNotContain(new Query("a"));
    assertThat(session.reason).isEqualTo(CloseReason.INTERCEPTOR);
    assertThat(session.toClient())
        .containsExactly(
            ErrorResponse.fatal(SqlState.INTERNAL_ERROR, "internal error (session 7)"));
  }

  @Test
  void tellsTheClientWhyAnInterceptorEndedTheSession() throws Exception {
    session
        .declarations
        .of("test")
        .interceptFrontend(
            Query.class, query -> Verdict.terminate(SqlState.INSUFFICIENT_PRIVILEGE, "go away"));
    session.start();
    session.clientSends(new Query("a"));
    assertThat(session.toClient())
        .containsExactly(ErrorResponse.fatal(SqlState.INSUFFICIENT_PRIVILEGE, "go away"));
    assertThat(session.client.isOpen()).isFalse();
    assertThat(session.backend.isOpen()).isFalse();
  }

  @Test
  void forwardsNothingAfterALengthThatCannotBe() throws Exception {
    session.declarations.of("test").observeFrontend(Query.class, query -> {});
    session.start();
    ByteBuf broken = RelayFixture.frontend(new Sync()).writeByte('Q').writeInt(3).writeInt(0);
    session.client.writeInbound(broken);
    assertThat(session.toBackend()).first().isEqualTo(new Sync());
    assertThat(session.reason).isEqualTo(CloseReason.CLIENT_PROTOCOL_VIOLATION);
    assertThat(session.toClient())
        .first()
        .isInstanceOfSatisfying(
            ErrorResponse.class,
            error -> assertThat(error.sqlState()).isEqualTo(SqlState.PROTOCOL_VIOLATION));
  }

  @Test
  void refusesADeclaredMessageThatIsTooLargeBeforeItHasArrived() {
    session.declarations.of("test").observeFrontend(Query.class, query -> {});
    session.start();
    session.client.writeInbound(
        Unpooled.buffer().writeByte('Q').writeInt(RelayFixture.MAX_DECLARED * 10));
    assertThat(session.reason).isEqualTo(CloseReason.INTERCEPTOR);
    assertThat(session.detail).contains("limits.intercepted-message");
  }

  @Test
  void letsATooLargeMessagePassByteByByteIfItsObserversSaidSo() throws Exception {
    List<Object> seen = new ArrayList<>();
    session
        .declarations
        .of("test")
        .observeFrontend(Query.class, query -> seen.add(query.sql()))
        .onUndecoded(message -> seen.add(message.type() + " " + message.length()));
    session.start();
    String large = "x".repeat(RelayFixture.MAX_DECLARED);
    ByteBuf bytes = RelayFixture.frontend(new Query(large), new Query("small"));
    while (bytes.isReadable()) {
      session.client.writeInbound(Unpooled.copiedBuffer(bytes.readSlice(1)));
    }
    assertThat(session.toBackend()).containsExactly(new Query(large), new Query("small"));
    assertThat(seen).containsExactly("Q " + (large.length() + 5), "small");
    assertThat(session.reason).isNull();
  }

  @Test
  void showsTheObserversHowATooLargeMessageBegins() throws Exception {
    List<UndecodedMessage> seen = new ArrayList<>();
    session
        .declarations
        .of("test")
        .observeBackend(BackendMessage.class, message -> {})
        .onUndecoded(seen::add);
    session.start();
    String large = "x".repeat(RelayFixture.MAX_DECLARED);
    session.backendSends(new CommandComplete(large));
    assertThat(session.toClient()).containsExactly(new CommandComplete(large));
    Bytes start = Bytes.utf8("x".repeat(UndecodedMessage.START_LENGTH));
    assertThat(seen).containsExactly(new UndecodedMessage(false, 'C', large.length() + 5, start));
  }

  @Test
  void refusesATooLargeMessageOnWhichAnotherInterceptorDecides() {
    session
        .declarations
        .of("observer")
        .observeFrontend(Query.class, query -> {})
        .onUndecoded(message -> {});
    session
        .declarations
        .of("decider")
        .interceptFrontend(Query.class, query -> Verdict.forward())
        .onUndecoded(message -> {});
    session.start();
    session.clientSends(new Query("x".repeat(RelayFixture.MAX_DECLARED)));
    assertThat(session.reason).isEqualTo(CloseReason.INTERCEPTOR);
    assertThat(session.detail).contains("limits.intercepted-message");
  }

  @Test
  void endsTheSessionOfAnObserverThatFailsAtATooLargeMessage() throws Exception {
    session
        .declarations
        .of("test")
        .observeFrontend(Query.class, query -> {})
        .onUndecoded(
            message -> {
              throw new IllegalStateException("broken");
            });
    session.start();
    session.clientSends(new Query("x".repeat(RelayFixture.MAX_DECLARED)));
    assertThat(session.reason).isEqualTo(CloseReason.INTERCEPTOR);
    assertThat(session.toBackend()).noneMatch(Query.class::isInstance);
  }

  @Test
  void tellsTheClientOnceThatTheServerEndedTheSession() throws Exception {
    session.start(true);
    ErrorResponse own = ErrorResponse.fatal(SqlState.ADMIN_SHUTDOWN, "terminating connection");
    session.backendSends(own);
    session.backend.pipeline().fireExceptionCaught(new IOException("Connection reset by peer"));
    assertThat(session.toClient()).containsExactly(own);
    assertThat(session.reason).isEqualTo(CloseReason.BACKEND_CLOSED);
  }

  @Test
  void blamesNoConnectionForAnErrorOfItsOwn() throws Exception {
    session.start(true);
    session.client.pipeline().fireExceptionCaught(new IllegalStateException("broken"));
    assertThat(session.reason).isEqualTo(CloseReason.INTERNAL_ERROR);
    assertThat(session.toClient())
        .containsExactly(
            ErrorResponse.fatal(SqlState.INTERNAL_ERROR, "internal error (session 7)"));
    assertThat(session.toBackend()).containsExactly(new Terminate());
  }

  @Test
  void knowsThatTheClientSaidGoodbye() {
    session.start();
    session.clientSends(new Terminate());
    session.client.close();
    assertThat(session.reason).isEqualTo(CloseReason.CLIENT_TERMINATED);
    assertThat(session.busy).isFalse();
  }

  @Test
  void knowsThatTheClientWentWhileTheBackendWorks() {
    session.start();
    session.clientSends(new Query("select pg_sleep(1000)"));
    session.client.close();
    assertThat(session.reason).isEqualTo(CloseReason.CLIENT_VANISHED);
    assertThat(session.busy).isTrue();
  }

  @Test
  void saysGoodbyeForAClientThatVanishedBetweenQueries() throws Exception {
    session.start(true);
    session.clientSends(new Query("select 1"));
    session.backendSends(new CommandComplete("SELECT 1"), READY);
    session.client.close();
    assertThat(session.busy).isFalse();
    assertThat(session.toBackend()).containsExactly(new Query("select 1"), new Terminate());
  }

  @Test
  void saysNoGoodbyeBehindHalfAMessageThatNobodyLooksAt() {
    session.start();
    ByteBuf half = RelayFixture.frontend(new Query("select 1"));
    int whole = half.readableBytes();
    half.writeBytes(RelayFixture.frontend(new Query("select 2")).readSlice(8));
    session.client.writeInbound(half);
    session.backendSends(new CommandComplete("SELECT 1"), READY);
    session.client.close();
    assertThat(RelayFixture.sent(session.backend).readableBytes()).isEqualTo(whole + 8);
    assertThat(session.backend.isOpen()).isFalse();
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
  void countsPipelinedRequestsOneByOneWhereItMatters() {
    session.start(true);
    session.clientSends(new Query("a"), new Query("b"));
    session.backendSends(new CommandComplete("SELECT 1"), READY);
    assertThat(session.progress().busy()).isTrue();
    session.backendSends(new CommandComplete("SELECT 1"), READY);
    assertThat(session.progress().busy()).isFalse();
  }

  @Test
  void countsNoSyncThatACopySwallows() {
    session.start(true);
    session.clientSends(new Execute("", 0), new Sync());
    session.backendSends(new CopyInResponse(Format.TEXT, List.of()));
    assertThat(session.progress().busy()).isTrue();
    session.clientSends(new CopyData(Bytes.utf8("row")), new CopyDone(), new Sync());
    session.backendSends(new CommandComplete("COPY 1"));
    assertThat(session.progress().busy()).isTrue();
    session.backendSends(READY);
    assertThat(session.progress().busy()).isFalse();
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
