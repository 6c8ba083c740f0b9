package dev.postern.plugins.audit;

import org.jspecify.annotations.Nullable;

/**
 * A statement as it was sent, cut to the configured length at once, so that a long one is not kept
 * in memory. What may be shown of it is worked out by the thread that writes, once for a prepared
 * statement that runs many times. Safe for use by many threads.
 */
final class StatementText {
  static final StatementText UNKNOWN = new StatementText("(unknown)", 9, false, true);

  private final String start;
  private final int length;
  private final boolean secret;
  private final boolean wanted;
  // Worked out twice at worst; both times the same.
  private @Nullable String shown;

  private StatementText(String start, int length, boolean secret, boolean wanted) {
    this.start = start;
    this.length = length;
    this.secret = secret;
    this.wanted = wanted;
  }

  /** One that is to be on record. */
  static StatementText of(String sql, int maxLength) {
    return of(sql, maxLength, true);
  }

  /**
   * A statement that was prepared.
   *
   * @param wanted whether it is to be on record when it runs
   */
  static StatementText of(String sql, int maxLength, boolean wanted) {
    boolean secret = Redaction.speaksOfPassword(sql);
    if (sql.length() <= maxLength) {
      return new StatementText(sql, sql.length(), secret, wanted);
    }
    int end = Character.isHighSurrogate(sql.charAt(maxLength - 1)) ? maxLength - 1 : maxLength;
    return new StatementText(sql.substring(0, end), sql.length(), secret, wanted);
  }

  /** About how many bytes it takes. */
  int weight() {
    return start.length();
  }

  /** Whether it is to be on record. */
  boolean isWanted() {
    return wanted;
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
