package dev.postern.plugins.audit;

import org.jspecify.annotations.Nullable;

/**
 * Something that the client sent and the server has not yet answered. Times are nanoTime; {@code
 * number} is 0 where it is not recorded.
 */
sealed interface Pending {

  /** A Query; it gets one answer per statement, then ReadyForQuery. */
  final class SimpleQuery implements Pending {
    final long number;
    final long sentAt;
    int answers;

    SimpleQuery(long number, long sentAt) {
      this.number = number;
      this.sentAt = sentAt;
    }
  }

  /** An Execute; it gets one answer, or none if something before it failed. */
  record Execution(long number, int maxRows, long sentAt) implements Pending {}

  /** A FunctionCall; it gets one answer, then ReadyForQuery. */
  record Call(long number, long sentAt) implements Pending {}

  /**
   * A Sync; it gets ReadyForQuery.
   *
   * @param prepared what was parsed or bound since the last Execute: what an error is about if
   *     nothing is being executed
   */
  record Boundary(@Nullable StatementText prepared, long sentAt) implements Pending {}
}
