package dev.postern.plugins.limits;

import dev.postern.api.intercept.Verdict;
import dev.postern.api.message.FrontendMessage;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A statement that waits for its turn. */
final class Waiter {
  final SessionLimits session;
  final Request request;

  /** Which of the request's shares it waits for. */
  final int place;

  final Bucket bucket;
  final long deadline;
  final CompletableFuture<Verdict<FrontendMessage>> verdict;

  /** Whether it waits no longer. Guarded by the session. */
  boolean over;

  /**
   * @param before the same statement in the queue of a limit before this one; {@code null}: it has
   *     not waited yet
   */
  Waiter(
      SessionLimits session,
      Request request,
      int place,
      Bucket bucket,
      long deadline,
      @Nullable Waiter before) {
    this.session = session;
    this.request = request;
    this.place = place;
    this.bucket = bucket;
    this.deadline = deadline;
    verdict = before == null ? new CompletableFuture<>() : before.verdict;
  }
}
