package dev.postern.plugins.querylog;

import org.jspecify.annotations.Nullable;

/** Something that the client sent and the server has not yet answered. Times are nanoTime. */
sealed interface Pending {

  /** A Query; it gets one answer per statement, then ReadyForQuery. */
  final class SimpleQuery implements Pending {
    final SqlText sql;
    final long sentAt;
    final long cycle;
    int answers;

    SimpleQuery(SqlText sql, long sentAt, long cycle) {
      this.sql = sql;
      this.sentAt = sentAt;
      this.cycle = cycle;
    }
  }

  /** An Execute; it gets one answer, or none if something before it failed. */
  record Execution(Portal portal, int maxRows, long sentAt) implements Pending {}

  /**
   * A Sync; it gets ReadyForQuery.
   *
   * @param prepared what was parsed or bound since the last Execute: what an error is about if
   *     nothing is being executed
   */
  record Boundary(@Nullable SqlText prepared, long sentAt, long cycle) implements Pending {}
}
