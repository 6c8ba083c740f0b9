package dev.postern.plugins.mask;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A prepared statement; used by the session's event loop only. */
final class Prepared {
  final Reading reading;

  /** Completes when the server has described it, or never will. */
  final CompletableFuture<Void> checked = new CompletableFuture<>();

  /** Why its result must not pass; {@code null}: it may. */
  @Nullable String refusal;

  /** Whether rows of it pass only as a portal's description says. */
  boolean guarded;

  Prepared(Reading reading) {
    this.reading = reading;
    guarded = reading.use() == Use.USES;
  }
}
