package dev.postern.proxy.relay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.Bytes;
import dev.postern.api.intercept.UndecodedMessage;
import dev.postern.api.intercept.Verdict;
import dev.postern.api.message.BackendMessage;
import dev.postern.api.message.CommandComplete;
import dev.postern.api.message.Query;
import dev.postern.api.session.CloseReason;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Messages that are larger than interceptors get to see. */
final class LargeMessageTest {
  private final RelayFixture session = new RelayFixture();

  @AfterEach
  void close() {
    session.close();
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
}
