package dev.postern.plugins.querylog;

import dev.postern.api.intercept.NameChanges;
import dev.postern.api.intercept.SqlLiterals;
import org.jspecify.annotations.Nullable;

/**
 * A statement as it was sent, cut to the configured length at once, so that a long one is not kept
 * in memory. What may be shown of it is worked out by the thread that writes, once for a prepared
 * statement that runs many times. Safe for use by many threads.
 */
final class SqlText implements Pending {
  static final SqlText UNKNOWN = new SqlText("(unknown)", 9, 0, false, NameChanges.ANY);

  private static final String PASSWORD = "password";

  private static final byte PLAIN = 0;
  private static final byte S = 1;

  /** Two s, or one of these. */
  private static final byte SPECIAL = 2;

  private static final byte[] KINDS = kinds();

  /** Whether it is shown as it is. */
  private enum Plainness {
    UNKNOWN,
    PLAIN,
    NOT
  }

  private final String start;
  private final int fullLength;

  /** Of the message of which only the beginning was seen, in bytes; else 0. */
  private final int messageLength;

  private final boolean redact;

  private final NameChanges changes;

  // Worked out twice at worst; both times the same.
  private Plainness plainness = Plainness.UNKNOWN;
  private @Nullable String shown;

  private SqlText(
      String start, int fullLength, int messageLength, boolean redact, NameChanges changes) {
    this.start = start;
    this.fullLength = fullLength;
    this.messageLength = messageLength;
    this.redact = redact;
    this.changes = changes;
  }

  private static byte[] kinds() {
    byte[] kinds = new byte[0x80];
    for (char c = 0; c < kinds.length; c++) {
      kinds[c] = JsonLines.isPlain(c) ? PLAIN : SPECIAL;
    }
    kinds['s'] = S;
    kinds['S'] = S;
    return kinds;
  }

  static SqlText of(String sql, int maxLength, boolean redact) {
    NameChanges changes = NameChanges.of(sql);
    if (sql.length() <= maxLength) {
      return new SqlText(sql, sql.length(), 0, redact, changes);
    }
    int end = Character.isHighSurrogate(sql.charAt(maxLength - 1)) ? maxLength - 1 : maxLength;
    return new SqlText(sql.substring(0, end), sql.length(), 0, redact, changes);
  }

  /** The same as the beginning of a Query of so many bytes, of which the rest was not seen. */
  SqlText ofQuery(int length) {
    return new SqlText(start, fullLength, length, redact, NameChanges.ANY);
  }

  /** The same as the beginning of a Parse of so many bytes, which can be of one statement only. */
  SqlText ofParse(int length) {
    boolean none = changes.isNone() && !start.isEmpty() && isLetter(start.charAt(0));
    return new SqlText(
        start, fullLength, length, redact, none ? NameChanges.NONE : NameChanges.ANY);
  }

  private static boolean isLetter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }

  /** What running it makes of the names of statements and portals. */
  NameChanges changes() {
    return changes;
  }

  /** Characters that are kept. */
  int weight() {
    return start.length();
  }

  /** Whether it is shown as it is, and in {@link JsonLines#isPlain plain} characters. */
  boolean isPlain() {
    Plainness known = plainness;
    if (known == Plainness.UNKNOWN) {
      boolean whole = messageLength == 0 && fullLength == start.length();
      known = whole && !redact && isPlain(start) ? Plainness.PLAIN : Plainness.NOT;
      plainness = known;
    }
    return known == Plainness.PLAIN;
  }

  /**
   * One look at each character: most statements have none that is special, and no double s, without
   * which nothing speaks of a password.
   */
  private static boolean isPlain(String text) {
    int before = PLAIN;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      int kind = c < KINDS.length ? KINDS[c] : SPECIAL;
      if (kind + before >= SPECIAL) {
        return false;
      }
      before = kind;
    }
    return true;
  }

  /** What {@link #shown} gives where this {@link #isPlain is plain}. */
  String text() {
    return start;
  }

  /** On one line, without what must not be shown; where it was cut, it says how long it was. */
  String shown() {
    String text = shown;
    if (text == null) {
      text = OneLine.of(redact || speaksOfPassword() ? SqlLiterals.redact(start) : start);
      if (messageLength > 0) {
        text += "... (message of " + messageLength + " bytes, not decoded)";
      } else if (fullLength > start.length()) {
        text += "... (" + fullLength + " characters)";
      }
      shown = text;
    }
    return text;
  }

  /** ALTER ROLE and its kin take passwords as literals, and no password may come into a log. */
  private boolean speaksOfPassword() {
    for (int i = 0; i <= start.length() - PASSWORD.length(); i++) {
      if ((start.charAt(i) | 0x20) == 'p'
          && start.regionMatches(true, i, PASSWORD, 0, PASSWORD.length())) {
        return true;
      }
    }
    return false;
  }

  @Override
  public String toString() {
    return "SqlText[" + fullLength + " characters]";
  }
}
