package dev.postern.plugins.mask;

import dev.postern.api.intercept.NameChanges;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the text of a statement, or of several sent together, says.
 *
 * @param uses what each statement can have to do with masked columns
 * @param refusal why it must not be run; {@code null}: it may
 * @param keepsQuery whether it gives a query a name under which a later statement runs it
 * @param copiesOut whether it may answer with COPY data
 * @param onlyReads whether nothing is changed by it, so that it can be refused when it has run
 * @param outlook whether what comes of it must be known before it runs
 * @param quiet whether it gives no rows of tables
 * @param changes what the text makes of names
 */
record Reading(
    List<Use> uses,
    @Nullable String refusal,
    boolean keepsQuery,
    boolean copiesOut,
    boolean onlyReads,
    Outlook outlook,
    boolean quiet,
    NameChanges changes) {
  static final Reading NOTHING =
      new Reading(
          List.of(Use.NONE), null, false, false, true, Outlook.CLEAR, true, NameChanges.NONE);

  static Reading refused(String why) {
    return new Reading(
        List.of(Use.USES), why, false, false, false, Outlook.CLEAR, false, NameChanges.NONE);
  }

  /** What all of it can have to do with masked columns. */
  Use use() {
    Use all = Use.NONE;
    for (Use use : uses) {
      all = all.or(use);
    }
    return all;
  }

  /**
   * What one of its statements can have to do with masked columns.
   *
   * @param statement counted from 0, as the server carries them out
   */
  Use use(int statement) {
    return statement < uses.size() ? uses.get(statement) : Use.USES;
  }

  /**
   * As one of the statements of a text.
   *
   * @param others how many of the others may have an effect
   */
  Reading amongEffects(int others) {
    // Of EXECUTE the result is known when it has run; of what writes itself its columns are read.
    boolean matters = others > 0 || (!onlyReads && outlook == Outlook.UNMASKABLE);
    return matters
        ? this
        : new Reading(
            uses, refusal, keepsQuery, copiesOut, onlyReads, Outlook.CLEAR, quiet, changes);
  }

  /** Several in one Query, of whose text they already have the changes. */
  static Reading of(List<Reading> statements) {
    if (statements.size() == 1) {
      return statements.getFirst();
    }
    List<Use> uses = new ArrayList<>(statements.size());
    Reading all = NOTHING;
    for (Reading next : statements) {
      uses.addAll(next.uses);
      all =
          new Reading(
              uses,
              all.refusal != null ? all.refusal : next.refusal,
              all.keepsQuery || next.keepsQuery,
              all.copiesOut || next.copiesOut,
              all.onlyReads && next.onlyReads,
              all.outlook.or(next.outlook),
              all.quiet && next.quiet,
              next.changes);
    }
    return all;
  }
}
