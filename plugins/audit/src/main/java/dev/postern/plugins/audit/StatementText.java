package dev.postern.plugins.audit;

import dev.postern.api.intercept.NameChanges;
import org.jspecify.annotations.Nullable;

/**
 * A statement as it was sent, cut to the configured length at once, so that a long one is not kept
 * in memory. What may be shown of it is worked out by the thread that writes, once for a prepared
 * statement that runs many times. Safe for use by many threads.
 */
final class StatementText {
  private static final String WITHOUT = "(unknown)";

  /** In the place of a text that is not certain. */
  static final StatementText UNKNOWN =
      new StatementText(WITHOUT, WITHOUT.length(), false, true, NameChanges.ANY);

  /** The same where it may be one whose values may not be shown. */
  static final StatementText UNKNOWN_SECRET =
      new StatementText(WITHOUT, WITHOUT.length(), true, true, NameChanges.ANY);

  private final String start;
  private final int length;
  private final boolean secret;
  private final boolean wanted;
  private final NameChanges changes;
  // Worked out twice at worst; both times the same.
  private @Nullable Shown shown;

  private record Shown(String text, boolean unclear) {}

  private StatementText(
      String start, int length, boolean secret, boolean wanted, NameChanges changes) {
    this.start = start;
    this.length = length;
    this.secret = secret;
    this.wanted = wanted;
    this.changes = changes;
  }

  /** One that is to be on record. */
  static StatementText of(String sql, int maxLength) {
    return of(sql, maxLength, true, Redaction.speaksOfPassword(sql), NameChanges.NONE);
  }

  /**
   * A statement that was prepared.
   *
   * @param wanted whether it is to be on record when it runs
   */
  static StatementText prepared(String sql, int maxLength, boolean wanted) {
    boolean secret = Redaction.speaksOfPassword(sql);
    return of(sql, maxLength, wanted, secret, NameChanges.of(sql));
  }

  /** The beginning of such a one, if only an empty one: what is missing may be anything. */
  static StatementText beginning(String sql, int maxLength) {
    return sql.isEmpty() ? UNKNOWN_SECRET : of(sql, maxLength, true, true, NameChanges.ANY);
  }

  private static StatementText of(
      String sql, int maxLength, boolean wanted, boolean secret, NameChanges changes) {
    if (sql.length() <= maxLength) {
      return new StatementText(sql, sql.length(), secret, wanted, changes);
    }
    int end = Character.isHighSurrogate(sql.charAt(maxLength - 1)) ? maxLength - 1 : maxLength;
    return new StatementText(sql.substring(0, end), sql.length(), secret, wanted, changes);
  }

  /** About how many bytes it takes. */
  int weight() {
    return start.length();
  }

  /** Whether it is to be on record. */
  boolean isWanted() {
    return wanted;
  }

  /** What running it makes of names. */
  NameChanges changes() {
    return changes;
  }

  /** Whether it is not known. */
  boolean isUnknown() {
    return this == UNKNOWN || this == UNKNOWN_SECRET;
  }

  /** Whether neither its values nor those that are bound to it may be shown. */
  boolean isSecret() {
    return secret;
  }

  void write(JsonLine json, Redaction redaction) {
    Shown known = shown;
    if (known == null) {
      known = new Shown(redaction.ofStatement(start, secret), redaction.isUnclear(start, secret));
      shown = known;
    }
    json.put("sql", known.text());
    if (known.unclear()) {
      json.put("unclear", true);
    }
    if (length > start.length()) {
      json.put("length", length);
    }
  }

  @Override
  public String toString() {
    return "StatementText[" + length + " characters]";
  }
}
