package dev.postern.plugins.mask;

import dev.postern.api.Bytes;
import dev.postern.api.message.FieldDescription;
import dev.postern.api.message.Format;
import dev.postern.api.message.RowDescription;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What some policies mean on one database, as of one {@link Snapshot}.
 *
 * @param problems why they cannot be applied; if there is one, nothing else here counts
 */
record Rules(
    Snapshot snapshot,
    Map<Integer, Map<Short, ColumnRule>> tables,
    Set<Integer> reaching,
    Vocabulary vocabulary,
    List<String> problems) {

  /**
   * What becomes of a column.
   *
   * @param mask {@code null}: it is refused, since it is computed from masked columns
   * @param typeOid of its values; 0 where that does not matter
   */
  record ColumnRule(@Nullable ValueMask mask, int typeOid) {
    /** Whether values that are described so can be masked. */
    boolean fits(FieldDescription field) {
      if (mask == null || (typeOid != 0 && field.typeOid() != typeOid)) {
        return false;
      }
      return !(mask instanceof ValueMask.Fixed(Bytes _, Bytes binary))
          || binary != null
          || field.format().equals(Format.TEXT);
    }
  }

  /** Where a column of a result comes from. */
  sealed interface Origin {
    /** From a column that is not masked. */
    record Open() implements Origin {}

    /** From a masked one. */
    record Masked(ColumnRule rule) implements Origin {}

    /** From something that may show masked columns under other names. */
    record Reaching() implements Origin {}

    /** From a table that was not there when the catalog was read. */
    record Unknown() implements Origin {}

    /** From an expression. */
    record Computed() implements Origin {}
  }

  private static final Origin OPEN = new Origin.Open();
  private static final Origin REACHING = new Origin.Reaching();
  private static final Origin UNKNOWN = new Origin.Unknown();
  private static final Origin COMPUTED = new Origin.Computed();

  /** Whether a column of a result comes from a table that was not there. */
  boolean hasUnknown(RowDescription result) {
    return result.fields().stream().anyMatch(field -> origin(field) instanceof Origin.Unknown);
  }

  Origin origin(FieldDescription field) {
    if (field.tableOid() == 0) {
      return COMPUTED;
    }
    Map<Short, ColumnRule> columns = tables.get(field.tableOid());
    if (columns != null) {
      ColumnRule rule = columns.get(field.columnNumber());
      // 0 is the row as a whole; system columns have negative numbers.
      return rule != null ? new Origin.Masked(rule) : field.columnNumber() == 0 ? REACHING : OPEN;
    }
    if (reaching.contains(field.tableOid())) {
      return REACHING;
    }
    return snapshot.relations().containsKey(field.tableOid()) ? OPEN : UNKNOWN;
  }
}
