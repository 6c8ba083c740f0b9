package dev.postern.plugins.mask;

import dev.postern.api.intercept.NameChanges;
import org.jspecify.annotations.Nullable;

/**
 * What the text of a statement, or of several sent together, says.
 *
 * @param use what it can have to do with masked columns
 * @param refusal why it must not be run; {@code null}: it may
 * @param keepsQuery whether it gives a query a name under which a later statement runs it
 * @param copiesOut whether it may answer with COPY data
 * @param single whether it is one statement that only reads
 * @param quiet whether it gives no rows of tables
 * @param changes what the text makes of names
 */
record Reading(
    Use use,
    @Nullable String refusal,
    boolean keepsQuery,
    boolean copiesOut,
    boolean single,
    boolean quiet,
    NameChanges changes) {
  static final Reading NOTHING =
      new Reading(Use.NONE, null, false, false, true, true, NameChanges.NONE);

  static Reading refused(String why) {
    return new Reading(Use.USES, why, false, false, false, false, NameChanges.NONE);
  }

  /** Both in one Query, of whose text they already have the changes. */
  Reading and(Reading next) {
    return new Reading(
        use.or(next.use),
        refusal != null ? refusal : next.refusal,
        keepsQuery || next.keepsQuery,
        copiesOut || next.copiesOut,
        false,
        quiet && next.quiet,
        changes);
  }
}
