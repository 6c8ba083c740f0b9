package dev.postern.plugins.querylog;

/** A line to be written. */
record StatementLine(SessionFacts session, EndedStatement statement) implements Queued {
  @Override
  public int weight() {
    return 200 + statement.sql().weight();
  }

  @Override
  public int lines() {
    return 1;
  }
}
