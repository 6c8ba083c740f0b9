package dev.postern.plugins.querylog;

/** A statement with its values, as it is being fetched; used by the session's event loop only. */
final class Portal {
  final SqlText sql;

  /** The cycle of which ReadyForQuery, if no transaction is open then, ends this portal. */
  final long cycle;

  long rows;
  long nanos;
  boolean suspended;
  boolean gone;

  Portal(SqlText sql, long cycle) {
    this.sql = sql;
    this.cycle = cycle;
  }

  /** The server gave some of the rows. */
  void fetched(int count, long duration) {
    rows += count;
    nanos += duration;
    suspended = true;
  }

  /** The server gave the last of the rows. */
  void finished() {
    rows = 0;
    nanos = 0;
    suspended = false;
  }
}
