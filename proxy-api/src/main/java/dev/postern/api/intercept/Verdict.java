package dev.postern.api.intercept;

import dev.postern.api.SqlState;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * What an interceptor decides about one message.
 *
 * @param <M> the direction: {@code FrontendMessage} or {@code BackendMessage}
 */
public sealed interface Verdict<M> {

  /** Passes on unchanged, as the original bytes. */
  record Forward<M>() implements Verdict<M> {
    private static final Forward<?> INSTANCE = new Forward<>();
  }

  /**
   * Passes these on instead, encoded anew; none: the message is dropped. The interceptor answers
   * for the protocol's order: a dropped Query, for one, has no answer, and a client waits for it;
   * {@link Reject} answers.
   */
  record Replace<M>(List<M> messages) implements Verdict<M> {
    public Replace {
      messages = List.copyOf(messages);
    }
  }

  /**
   * Refuses a frontend message, as if the server had: the client gets an ErrorResponse in its turn
   * among the answers to what it sent before, and the session goes on. A transaction block that the
   * message belonged to has failed, and in the extended protocol everything up to the next Sync is
   * skipped. Of a backend message, ends the session like {@link Terminate}.
   *
   * @param sqlState the code for the client
   * @param message a sentence for the client
   */
  record Reject<M>(SqlState sqlState, String message) implements Verdict<M> {}

  /** Ends the session; the client gets a FATAL ErrorResponse with this code and sentence. */
  record Terminate<M>(SqlState sqlState, String message) implements Verdict<M> {}

  /**
   * Decides when the stage completes; until then this direction of the session stands still, and
   * later messages wait. Failing, or taking longer than the configured time ({@code
   * timeouts.interceptor}), ends the session. The stage may complete on any thread, and may not
   * give {@code Later} again.
   */
  record Later<M>(CompletionStage<Verdict<M>> verdict) implements Verdict<M> {}

  @SuppressWarnings("unchecked")
  static <M> Verdict<M> forward() {
    return (Verdict<M>) Forward.INSTANCE;
  }

  static <M> Verdict<M> replace(M message) {
    return new Replace<>(List.of(message));
  }

  static <M> Verdict<M> replace(List<M> messages) {
    return new Replace<>(messages);
  }

  static <M> Verdict<M> drop() {
    return new Replace<>(List.of());
  }

  static <M> Verdict<M> reject(SqlState sqlState, String message) {
    return new Reject<>(sqlState, message);
  }

  static <M> Verdict<M> terminate(SqlState sqlState, String message) {
    return new Terminate<>(sqlState, message);
  }

  static <M> Verdict<M> later(CompletionStage<Verdict<M>> verdict) {
    return new Later<>(verdict);
  }
}
