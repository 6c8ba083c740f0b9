package dev.postern.proxy.relay;

import dev.postern.api.SqlState;
import dev.postern.api.intercept.Verdict;
import dev.postern.api.message.BackendMessage;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** What came of one message on its way through the handlers. */
sealed interface Outcome<M> {
  /** Its original bytes go on. */
  record Unchanged<M>() implements Outcome<M> {}

  /**
   * These go on instead; {@code by} was the last to change anything, {@code null}: no interceptor.
   */
  record Changed<M>(@Nullable Handler<M> by, List<M> messages) implements Outcome<M> {}

  /** It is refused; {@code by} is the place of the interceptor that did. */
  record Rejected<M>(int by, SqlState sqlState, String message) implements Outcome<M> {}

  /** These are for the client, instead of what a server would say. */
  record Answered<M>(int by, List<BackendMessage> messages) implements Outcome<M> {}

  record Ended<M>(String interceptor, SqlState sqlState, String message) implements Outcome<M> {}

  /** Not known yet; the passage goes on with the verdict. */
  record Waiting<M>(Handler<M> handler, CompletionStage<Verdict<M>> verdict)
      implements Outcome<M> {}
}
