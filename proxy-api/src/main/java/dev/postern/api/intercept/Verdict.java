package dev.postern.api.intercept;

import dev.postern.api.SqlState;
import dev.postern.api.message.BackendMessage;
import dev.postern.api.message.FrontendMessage;
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
   * {@link Answer} and {@link Reject} answer.
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

  /**
   * Answers a frontend message in the server's place: the client gets these messages in their turn
   * among the answers to what it sent before, and the server does nothing. The server still keeps
   * the order: a message behind one that it refused is skipped, and its answer with it; a backend
   * message that comes of this passes the interceptors' backend handlers as the server's would.
   *
   * <p>Query, FunctionCall and the messages of the extended protocol can be answered, each with
   * what a server says to it when nothing goes wrong; ReadyForQuery follows by itself. Anything
   * else is an error of the interceptor and ends the session. {@link Interests#answer} does all of
   * it for statements.
   *
   * @param messages what the client gets: for Query the results of one or more statements, each
   *     ended by CommandComplete or EmptyQueryResponse; for Execute rows and how they end; for
   *     Describe ParameterDescription (of a statement only), then RowDescription or NoData; for
   *     Parse, Bind and Close their completion; for FunctionCall its response. NoticeResponse may
   *     stand anywhere
   */
  record Answer<M>(List<BackendMessage> messages) implements Verdict<M> {
    public Answer {
      messages = List.copyOf(messages);
    }
  }

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

  static Verdict<FrontendMessage> answer(List<BackendMessage> messages) {
    return new Answer<>(messages);
  }

  static <M> Verdict<M> terminate(SqlState sqlState, String message) {
    return new Terminate<>(sqlState, message);
  }

  static <M> Verdict<M> later(CompletionStage<Verdict<M>> verdict) {
    return new Later<>(verdict);
  }
}
