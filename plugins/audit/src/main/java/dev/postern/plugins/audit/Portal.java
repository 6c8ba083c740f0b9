package dev.postern.plugins.audit;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A statement with its values, as it is being fetched; used by the session's event loop only. */
final class Portal {
  final StatementText text;
  final @Nullable String prepared;
  final @Nullable List<@Nullable String> values;
  int fetches;

  Portal(StatementText text, @Nullable String prepared, @Nullable List<@Nullable String> values) {
    this.text = text;
    this.prepared = prepared;
    this.values = values;
  }
}
