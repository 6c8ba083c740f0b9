package dev.postern.plugins.audit;

import dev.postern.api.intercept.SessionNames;
import org.jspecify.annotations.Nullable;

/** A prepared statement; used by the session's event loop only. */
final class Prepared extends Named {
  private final StatementText text;
  SessionNames.@Nullable Given<Prepared> given;

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
