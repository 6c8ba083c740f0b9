package dev.postern.proxy.relay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.intercept.Verdict;
import dev.postern.api.message.FrontendMessage;
import dev.postern.api.message.Query;
import dev.postern.api.message.Sync;
import dev.postern.api.session.CloseReason;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A verdict that takes its time. */
final class AwaitedVerdictTest {
  private final RelayFixture session = new RelayFixture();

  @AfterEach
  void close() {
    session.close();
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
}
