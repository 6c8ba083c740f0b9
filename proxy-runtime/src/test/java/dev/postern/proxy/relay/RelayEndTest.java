package dev.postern.proxy.relay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.SqlState;
import dev.postern.api.intercept.Verdict;
import dev.postern.api.message.CommandComplete;
import dev.postern.api.message.ErrorResponse;
import dev.postern.api.message.Query;
import dev.postern.api.message.Sync;
import dev.postern.api.message.Terminate;
import dev.postern.api.session.CloseReason;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Why a session ends, who is told, and what the other side gets. */
final class RelayEndTest {
  private final RelayFixture session = new RelayFixture();

  @AfterEach
  void close() {
    session.close();
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
    session.backendSends(new CommandComplete("SELECT 1"), RelayFixture.READY);
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
    session.backendSends(new CommandComplete("SELECT 1"), RelayFixture.READY);
    session.client.close();
    assertThat(RelayFixture.sent(session.backend).readableBytes()).isEqualTo(whole + 8);
    assertThat(session.backend.isOpen()).isFalse();
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
  void forwardsWhatWasChangedBeforeALengthThatCannotBe() throws Exception {
    session
        .declarations
        .of("test")
        .interceptBackend(
            CommandComplete.class, complete -> Verdict.replace(new CommandComplete("CHANGED")));
    session.start();
    ByteBuf broken = RelayFixture.backend(new CommandComplete("SELECT 1")).writeByte('D');
    session.backend.writeInbound(broken.writeInt(3));
    assertThat(session.toClient())
        .hasSize(2)
        .startsWith(new CommandComplete("CHANGED"))
        .last()
        .isInstanceOf(ErrorResponse.class);
    assertThat(session.reason).isEqualTo(CloseReason.BACKEND_PROTOCOL_VIOLATION);
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
}
