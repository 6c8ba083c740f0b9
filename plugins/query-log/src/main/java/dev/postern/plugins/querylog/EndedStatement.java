package dev.postern.plugins.querylog;

import org.jspecify.annotations.Nullable;

/**
 * What the messages of a session tell of a statement that has ended.
 *
 * @param part which statement of a Query this is, from 1
 * @param durationNanos from the moment when it was sent, or the server was done with what was sent
 *     before, to its last answer; of a cursor, all fetches together
 * @param endedAt when its last answer came, as nanoTime
 * @param tag what it says of itself; {@link CommandTag#NONE} where it was not completed
 * @param sqlState the error's code, or {@code null}
 */
record EndedStatement(
    SqlText sql,
    int part,
    Outcome outcome,
    long durationNanos,
    long endedAt,
    CommandTag tag,
    @Nullable String sqlState) {

  static EndedStatement completed(
      SqlText sql, int part, long durationNanos, long endedAt, CommandTag tag) {
    return new EndedStatement(sql, part, Outcome.COMPLETED, durationNanos, endedAt, tag, null);
  }

  static EndedStatement failed(
      SqlText sql, int part, long durationNanos, long endedAt, @Nullable String sqlState) {
    return new EndedStatement(
        sql, part, Outcome.FAILED, durationNanos, endedAt, CommandTag.NONE, sqlState);
  }

  static EndedStatement suspended(Portal portal, long endedAt) {
    return new EndedStatement(
        portal.sql,
        1,
        Outcome.SUSPENDED,
        portal.nanos,
        endedAt,
        CommandTag.ofRows(portal.rows),
        null);
  }

  static EndedStatement aborted(SqlText sql, int part, long durationNanos, long endedAt) {
    return new EndedStatement(
        sql, part, Outcome.ABORTED, durationNanos, endedAt, CommandTag.NONE, null);
  }

  long durationMicros() {
    return durationNanos / 1000;
  }
}
