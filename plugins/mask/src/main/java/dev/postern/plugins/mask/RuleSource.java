package dev.postern.plugins.mask;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Where a session has its rules from; safe for use by many threads. */
interface RuleSource {
  /** Never waits. {@code null}: nothing must pass. */
  @Nullable Rules rules();

  /** Asks the server anew: whether it has answered. */
  CompletableFuture<Boolean> ask();
}
