package dev.postern.plugins.querylog;

import dev.postern.api.intercept.SessionNames.Given;
import org.jspecify.annotations.Nullable;

/**
 * What is noted with a request that waits for its answer; a {@link SqlText} with a Describe. Times
 * are nanoTime. Used by the session's event loop only.
 */
sealed interface Pending
    permits Pending.SimpleQuery,
        Pending.Preparation,
        Pending.Execution,
        Pending.Closing,
        Portal,
        SqlText {

  /** A Query; it gets one answer per statement, then ReadyForQuery. */
  final class SimpleQuery implements Pending {
    final SqlText sql;
    final long sentAt;
    int answers;
    boolean failed;

    // It takes the place of what has no name, if there is anything.
    @Nullable Given<?> statement;
    @Nullable Given<?> portal;

    SimpleQuery(SqlText sql, long sentAt) {
      this.sql = sql;
      this.sentAt = sentAt;
    }
  }

  /** A Parse. */
  final class Preparation implements Pending {
    final SqlText sql;
    final long sentAt;
    @Nullable Given<?> given;

    Preparation(SqlText sql, long sentAt) {
      this.sql = sql;
      this.sentAt = sentAt;
    }
  }

  /** An Execute; it gets one answer, or none if something before it failed. */
  record Execution(Portal portal, int maxRows, long sentAt) implements Pending {}

  /** A Close. */
  final class Closing implements Pending {
    @Nullable Given<?> name;
  }
}
