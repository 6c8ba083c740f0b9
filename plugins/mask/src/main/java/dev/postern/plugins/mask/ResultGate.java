package dev.postern.plugins.mask;

import dev.postern.api.Bytes;
import dev.postern.api.message.DataRow;
import dev.postern.api.message.FieldDescription;
import dev.postern.api.message.Format;
import dev.postern.api.message.RowDescription;
import dev.postern.plugins.mask.Rules.Origin;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Decides from a result's description what becomes of its rows. */
sealed interface ResultGate {
  /** Nothing of it passes. */
  record Closed(String why) implements ResultGate {}

  /** It passes, with other values in some columns. */
  final class Open implements ResultGate, DataRow.Change {
    private final int[] columns;
    private final @Nullable ValueMask[] masks;
    private final Format[] formats;

    private Open(List<FieldDescription> fields, @Nullable ValueMask[] masks, int count) {
      this.masks = masks;
      columns = new int[count];
      formats = new Format[fields.size()];
      int next = 0;
      for (int i = 0; i < masks.length; i++) {
        formats[i] = fields.get(i).format();
        if (masks[i] != null) {
          columns[next++] = i;
        }
      }
    }

    boolean changesNothing() {
      return columns.length == 0;
    }

    /** How many columns the rows have. */
    int width() {
      return masks.length;
    }

    DataRow apply(DataRow row) {
      return row.withColumns(columns, this);
    }

    @Override
    public @Nullable Bytes apply(int column, @Nullable Bytes value) {
      ValueMask mask = masks[column];
      return value == null || mask == null ? null : mask.apply(value, formats[column]);
    }
  }

  /**
   * Looks at every column.
   *
   * @param use what the statement can have to do with masked columns
   * @param asked whether the catalog was read since the result was described. A table that it does
   *     not have even so was made in the session's own transaction, by a statement that used no
   *     masked column
   */
  static ResultGate of(RowDescription result, Use use, Rules rules, Terms terms, boolean asked) {
    List<FieldDescription> fields = result.fields();
    @Nullable ValueMask[] masks = new @Nullable ValueMask[fields.size()];
    int count = 0;
    List<String> refused = new ArrayList<>(0);
    for (int i = 0; i < masks.length; i++) {
      FieldDescription field = fields.get(i);
      switch (rules.origin(field)) {
        case Origin.Open() -> {}
        case Origin.Masked(var rule) -> {
          if (rule.fits(field)) {
            masks[i] = rule.mask();
            count++;
          } else {
            refused.add("column " + (i + 1) + " cannot be masked");
          }
        }
        case Origin.Computed() -> {
          if (use == Use.USES && terms.refusesUnprovable()) {
            refused.add("column " + (i + 1) + " may be computed from masked values");
          }
        }
        case Origin.Reaching() -> {
          if (terms.refusesUnprovable()) {
            refused.add("column " + (i + 1) + " comes from where masked values may be shown");
          }
        }
        case Origin.Unknown() -> {
          if (!asked || use == Use.USES) {
            refused.add("column " + (i + 1) + " comes from a table that is not known");
          }
        }
      }
    }
    return refused.isEmpty() ? new Open(fields, masks, count) : new Closed(refused.getFirst());
  }
}
