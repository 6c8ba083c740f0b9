package dev.postern.plugins.querylog;

import java.time.Instant;

/**
 * A line to be written.
 *
 * @param endedAt when the statement's last answer came
 */
record StatementLine(SessionFacts session, Instant endedAt, EndedStatement statement)
    implements Queued {
  @Override
  public int weight() {
    return 200 + statement.sql().weight();
  }

  @Override
  public int lines() {
    return 1;
  }
}
