package dev.postern.plugins.audit;

/** A prepared statement; used by the session's event loop only. */
final class Prepared extends Named {
  private final StatementText text;

  Prepared(String name, StatementText text, long sentAt) {
    super(name, sentAt);
    this.text = text;
  }

  @Override
  StatementText text() {
    return text;
  }

  @Override
  int weight() {
    return 100 + text.weight();
  }
}
