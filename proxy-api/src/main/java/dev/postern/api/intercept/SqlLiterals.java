package dev.postern.api.intercept;

/**
 * Takes the values out of SQL text, for interceptors that write statements down: strings in all
 * their forms and numbers become {@code ?}; identifiers, keywords, parameters and comments stay
 * (PostgreSQL documentation, "Lexical Structure").
 */
public final class SqlLiterals {
  private final String sql;
  private final StringBuilder out;
  private int at;

  /** Whether the rest was left out. */
  private boolean unclear;

  private SqlLiterals(String sql) {
    this.sql = sql;
    this.out = new StringBuilder(sql.length());
  }

  /**
   * The text without its values. A text that was cut short may be given. Where a text can be read
   * in two ways, everything from there on is left out: the backslash in {@code 'a\'} ends the
   * string or escapes the quote, as the server's standard_conforming_strings has it; and behind a
   * character that is not ASCII, backslashes before a quote may be one fewer than they seem, since
   * in some client_encodings ({@code SJIS}, {@code BIG5}, {@code GBK} and others) a backslash is
   * the half of a character.
   */
  public static String redact(String sql) {
    return read(sql).out.toString();
  }

  /**
   * Whether {@link #redact} leaves out the rest of this text, since it can be read in two ways:
   * what runs may be more than is shown.
   */
  public static boolean isUnclear(String sql) {
    return sql.contains("\\'") && read(sql).unclear;
  }

  private static SqlLiterals read(String sql) {
    SqlLiterals literals = new SqlLiterals(sql);
    while (literals.at < sql.length()) {
      literals.step();
    }
    return literals;
  }

  private void step() {
    char c = sql.charAt(at);
    if (isIdentifierStart(c)) {
      word();
    } else if (c >= '0' && c <= '9') {
      number();
    } else if (c == '\'') {
      string(false);
    } else if (c == '"') {
      copyThrough(endOf("\"", at + 1));
    } else if (c == '$') {
      dollar();
    } else if (sql.startsWith("--", at)) {
      copyThrough(endOfLine());
    } else if (sql.startsWith("/*", at)) {
      comment();
    } else {
      copyThrough(at + 1);
    }
  }

  private void word() {
    int end = at + 1;
    while (end < sql.length() && isIdentifierPart(sql.charAt(end))) {
      end++;
    }
    boolean escapes = end == at + 1 && (sql.charAt(at) == 'e' || sql.charAt(at) == 'E');
    copyThrough(end);
    if (escapes && at < sql.length() && sql.charAt(at) == '\'') {
      string(true);
    }
  }

  private void number() {
    while (at < sql.length() && isNumberPart()) {
      at++;
    }
    out.append('?');
  }

  private boolean isNumberPart() {
    char c = sql.charAt(at);
    char before = sql.charAt(Math.max(at - 1, 0));
    return isIdentifierPart(c)
        || c == '.'
        || ((c == '+' || c == '-')
            && (before == 'e' || before == 'E')
            && at + 1 < sql.length()
            && Character.isDigit(sql.charAt(at + 1)));
  }

  private void string(boolean escapes) {
    out.append("'?'");
    at++;
    while (at < sql.length()) {
      char c = sql.charAt(at);
      if (c == '\\' && isHalfBeforeQuote()) {
        leaveOutRest();
      } else if (escapes && c == '\\') {
        at += 2;
      } else if (c != '\'') {
        at++;
      } else if (!escapes && sql.charAt(at - 1) == '\\') {
        leaveOutRest();
      } else if (sql.startsWith("''", at)) {
        at += 2;
      } else {
        at++;
        return;
      }
    }
    at = sql.length();
  }

  /** Whether this backslash, one of those before a quote, may be the half of a character. */
  private boolean isHalfBeforeQuote() {
    int end = at + 1;
    while (end < sql.length() && sql.charAt(end) == '\\') {
      end++;
    }
    return sql.charAt(at - 1) >= 0x80 && end < sql.length() && sql.charAt(end) == '\'';
  }

  private void leaveOutRest() {
    unclear = true;
    at = sql.length();
  }

  private void dollar() {
    int tagEnd = at + 1;
    while (tagEnd < sql.length()
        && isIdentifierPart(sql.charAt(tagEnd))
        && sql.charAt(tagEnd) != '$'
        && !(tagEnd == at + 1 && Character.isDigit(sql.charAt(tagEnd)))) {
      tagEnd++;
    }
    if (tagEnd < sql.length() && sql.charAt(tagEnd) == '$') {
      String quote = sql.substring(at, tagEnd + 1);
      out.append("'?'");
      at = endOf(quote, tagEnd + 1);
    } else {
      copyThrough(at + 1);
      while (at < sql.length() && Character.isDigit(sql.charAt(at))) {
        copyThrough(at + 1);
      }
    }
  }

  private void comment() {
    int depth = 0;
    int end = at;
    do {
      if (sql.startsWith("/*", end)) {
        depth++;
        end += 2;
      } else if (sql.startsWith("*/", end)) {
        depth--;
        end += 2;
      } else {
        end++;
      }
    } while (depth > 0 && end < sql.length());
    copyThrough(Math.min(end, sql.length()));
  }

  /** A carriage return ends a line as well. */
  private int endOfLine() {
    int end = at;
    while (end < sql.length() && sql.charAt(end) != '\n' && sql.charAt(end) != '\r') {
      end++;
    }
    return end;
  }

  /** The index after the next occurrence, or the end of the text. */
  private int endOf(String terminator, int from) {
    int found = sql.indexOf(terminator, from);
    return found < 0 ? sql.length() : found + terminator.length();
  }

  private void copyThrough(int end) {
    out.append(sql, at, end);
    at = end;
  }

  private static boolean isIdentifierStart(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80;
  }

  private static boolean isIdentifierPart(char c) {
    return isIdentifierStart(c) || (c >= '0' && c <= '9') || c == '$';
  }
}
