package dev.postern.proxy.relay;

import dev.postern.proxy.sql.ListenScript;
import dev.postern.proxy.sql.ListenScript.Step;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A request under way whose statements matter for what its client listens to. */
final class ListenRequest {
  private final List<Step> steps;
  private final @Nullable Object statement;
  private int next;

  /**
   * @param statement what else there is to know of the request
   */
  ListenRequest(ListenScript script, @Nullable Object statement) {
    this.steps = script.steps();
    this.statement = statement;
  }

  /** What of a request is not about channels. */
  static @Nullable Object statementOf(@Nullable Object what) {
    return what instanceof ListenRequest request ? request.statement : what;
  }

  /** What was carried out of a request; {@code null} if nothing that matters. */
  static @Nullable Step next(@Nullable Object what) {
    return what instanceof ListenRequest request && request.next < request.steps.size()
        ? request.steps.get(request.next++)
        : null;
  }

  /** Whether a LISTEN that was carried out is Postern's own. */
  static boolean isBar(@Nullable Object what) {
    return what instanceof ListenRequest request
        && request.next < request.steps.size()
        && request.steps.get(request.next) instanceof Step.Bar;
  }
}
