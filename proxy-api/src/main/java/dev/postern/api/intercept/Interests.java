package dev.postern.api.intercept;

import dev.postern.api.message.BackendMessage;
import dev.postern.api.message.FrontendMessage;
import dev.postern.api.session.CloseReason;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Collects what one interceptor wants of one session. A type may be a message record, such as
 * {@code Query.class}, or {@code FrontendMessage.class} or {@code BackendMessage.class} for all of
 * that direction. To <em>observe</em> is to see; to <em>intercept</em> is to decide. Messages of
 * the login itself are never seen.
 *
 * <p>Declare within {@link MessageInterceptor#open}; once the session has begun, every method
 * throws {@link IllegalStateException}.
 */
public interface Interests {
  <M extends FrontendMessage> Interests observeFrontend(Class<M> type, Consumer<? super M> handler);

  <M extends FrontendMessage> Interests interceptFrontend(
      Class<M> type, Function<? super M, Verdict<FrontendMessage>> handler);

  <M extends BackendMessage> Interests observeBackend(Class<M> type, Consumer<? super M> handler);

  <M extends BackendMessage> Interests interceptBackend(
      Class<M> type, Function<? super M, Verdict<BackendMessage>> handler);

  /**
   * Answers statements in the server's place, in the simple and in the extended protocol, with
   * cursors, formats and pipelines. The server never sees such a statement.
   *
   * @param statements is given the text of each Query and Parse, and says how to answer it, or
   *     {@code null} to let it pass. A Query of several statements is one text. Called on the
   *     session's event loop: must not block
   */
  default Interests answer(Function<String, @Nullable AnsweredStatement> statements) {
    return new StatementAnswers(statements).declare(this);
  }

  /**
   * Lets messages pass that are too large to be decoded ({@code limits.intercepted-message}), if
   * this interceptor observes them: the handler is told of each, the observers are not. A message
   * that somebody intercepts, or observes without having said this, ends its session.
   */
  Interests onUndecoded(Consumer<UndecodedMessage> handler);

  /** Called once when the session has ended, on its event loop. */
  Interests onClose(Consumer<CloseReason> handler);
}
