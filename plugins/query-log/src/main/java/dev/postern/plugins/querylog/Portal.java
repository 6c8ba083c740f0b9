package dev.postern.plugins.querylog;

import dev.postern.api.intercept.SessionNames.Given;
import org.jspecify.annotations.Nullable;

/**
 * A statement with its values, as it is being fetched; noted with the Bind that makes it. Used by
 * the session's event loop only.
 */
final class Portal implements Pending {
  final SqlText sql;

  /** When the Bind was sent, as nanoTime. */
  final long sentAt;

  @Nullable Given<?> given;
  long rows;
  long nanos;
  boolean suspended;

  /** No name stands for it, so that nothing more is heard of it. */
  boolean gone;

  Portal(SqlText sql, long sentAt) {
    this.sql = sql;
    this.sentAt = sentAt;
  }

  /** Of which only an Execute is known. */
  static Portal unknown() {
    Portal portal = new Portal(SqlText.UNKNOWN, 0);
    portal.gone = true;
    return portal;
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
