package dev.postern.plugins.audit;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A statement with its values, as it is being fetched; used by the session's event loop only. */
final class Portal extends Named {
  final Prepared statement;
  final @Nullable List<@Nullable String> values;
  int fetches;

  /**
   * @param values {@code null} where they are not recorded
   */
  Portal(String name, Prepared statement, @Nullable List<@Nullable String> values, long sentAt) {
    super(name, sentAt);
    this.statement = statement;
    this.values = values;
  }

  @Override
  StatementText text() {
    return statement.text();
  }

  @Override
  int weight() {
    return 100 + StatementEntry.weightOf(values);
  }
}
