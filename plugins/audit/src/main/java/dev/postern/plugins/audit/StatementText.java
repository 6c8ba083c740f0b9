package dev.postern.plugins.audit;

import dev.postern.api.intercept.SessionNames;
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
      new StatementText(WITHOUT, WITHOUT.length(), false, true, true);

  /** The same where it may be one whose values may not be shown. */
  static final StatementText UNKNOWN_SECRET =
      new StatementText(WITHOUT, WITHOUT.length(), true, true, true);

  private final String start;
  private final int length;
  private final boolean secret;
  private final boolean wanted;
  private final boolean changesNames;
  // Worked out twice at worst; both times the same.
  private @Nullable String shown;

  private StatementText(
      String start, int length, boolean secret, boolean wanted, boolean changesNames) {
    this.start = start;
    this.length = length;
    this.secret = secret;
    this.wanted = wanted;
    this.changesNames = changesNames;
  }

  /** One that is to be on record. */
  static StatementText of(String sql, int maxLength) {
    return of(sql, maxLength, true, Redaction.speaksOfPassword(sql), false);
  }

  /**
   * A statement that was prepared.
   *
   * @param wanted whether it is to be on record when it runs
   */
  static StatementText prepared(String sql, int maxLength, boolean wanted) {
    boolean secret = Redaction.speaksOfPassword(sql);
    return of(sql, maxLength, wanted, secret, SessionNames.mayChange(sql));
  }

  /** The beginning of such a one, if only an empty one: what is missing may be anything. */
  static StatementText beginning(String sql, int maxLength) {
    return sql.isEmpty() ? UNKNOWN_SECRET : of(sql, maxLength, true, true, true);
  }

  private static StatementText of(
      String sql, int maxLength, boolean wanted, boolean secret, boolean changesNames) {
    if (sql.length() <= maxLength) {
      return new StatementText(sql, sql.length(), secret, wanted, changesNames);
    }
    int end = Character.isHighSurrogate(sql.charAt(maxLength - 1)) ? maxLength - 1 : maxLength;
    return new StatementText(sql.substring(0, end), sql.length(), secret, wanted, changesNames);
  }

  /** About how many bytes it takes. */
  int weight() {
    return start.length();
  }

  /** Whether it is to be on record. */
  boolean isWanted() {
    return wanted;
  }

  /** Whether running it may give names to other statements, or take them away. */
  boolean changesNames() {
    return changesNames;
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
    String text = shown;
    if (text == null) {
      text = redaction.ofStatement(start, secret);
      shown = text;
    }
    json.put("sql", text);
    if (length > start.length()) {
      json.put("length", length);
    }
  }

  @Override
  public String toString() {
    return "StatementText[" + length + " characters]";
  }
}
