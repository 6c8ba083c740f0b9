package dev.postern.proxy.sql;

/**
 * Where the parts of an SQL text end that are longer than a character (PostgreSQL documentation,
 * "Lexical Structure"). Each begins at {@code from}; one that is not closed ends with the text.
 */
final class Lexemes {
  private Lexemes() {}

  /** Whether a word can begin with it. */
  static boolean isLetter(byte c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c < 0;
  }

  /** Whether a word can go on with it. */
  static boolean isPart(byte c) {
    return isLetter(c) || (c >= '0' && c <= '9') || c == '$';
  }

  /** Behind a comment that ends with its line, but for that end. */
  static int afterLine(byte[] text, int from, int end) {
    int i = from;
    while (i < end && text[i] != '\n' && text[i] != '\r') {
      i++;
    }
    return i;
  }

  /** Behind a comment, which can hold others. */
  static int afterComment(byte[] text, int from, int end) {
    int depth = 0;
    int i = from;
    while (i < end) {
      if (text[i] == '/' && i + 1 < end && text[i + 1] == '*') {
        depth++;
        i += 2;
      } else if (text[i] == '*' && i + 1 < end && text[i + 1] == '/') {
        depth--;
        i += 2;
        if (depth == 0) {
          return i;
        }
      } else {
        i++;
      }
    }
    return end;
  }

  /**
   * Behind a literal.
   *
   * @param escapes whether a backslash escapes in it
   */
  static int afterQuote(byte[] text, int from, int end, boolean escapes) {
    int i = from + 1;
    while (i < end) {
      if (text[i] == '\\' && escapes) {
        i += 2;
      } else if (text[i] == '\'') {
        return i + 1; // a doubled quote begins another literal, which is the same to us
      } else {
        i++;
      }
    }
    return end;
  }

  /**
   * Behind a literal in which a backslash escapes: it does so behind a doubled quote as well, and
   * where the literal goes on in a later line.
   */
  static int afterEscaped(byte[] text, int from, int end) {
    int behind = from;
    int quote = from;
    while (quote >= 0) {
      behind = afterQuote(text, quote, end, true);
      quote = continuation(text, behind, end);
    }
    return behind;
  }

  /** Where a literal that has ended before goes on; -1 if it does not. */
  private static int continuation(byte[] text, int from, int end) {
    boolean newLine = false;
    int i = from;
    while (i < end) {
      byte c = text[i];
      if (c == '\'') {
        return i == from || newLine ? i : -1;
      }
      if (c == '-' && i + 1 < end && text[i + 1] == '-') {
        i = afterLine(text, i, end);
        continue;
      }
      if (!isSpace(c)) {
        return -1;
      }
      newLine |= c == '\n' || c == '\r';
      i++;
    }
    return -1;
  }

  static boolean isSpace(byte c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
  }

  /** Behind a quoted identifier, or what is before a doubled quote in it. */
  static int afterIdentifier(byte[] text, int from, int end) {
    int i = from + 1;
    while (i < end && text[i] != '"') {
      i++;
    }
    return Math.min(end, i + 1);
  }

  /** Behind a literal between dollar signs, or only the first of them if there is none. */
  static int afterDollar(byte[] text, int from, int end) {
    int i = from + 1;
    while (i < end && text[i] != '$' && isPart(text[i])) {
      i++;
    }
    if (i >= end || text[i] != '$' || (i > from + 1 && !isLetter(text[from + 1]))) {
      return from + 1; // a parameter such as $1
    }
    int length = i + 1 - from;
    for (int j = i + 1; j + length <= end; j++) {
      if (text[j] == '$' && matches(text, from, j, length)) {
        return j + length;
      }
    }
    return end;
  }

  private static boolean matches(byte[] text, int first, int second, int length) {
    for (int k = 0; k < length; k++) {
      if (text[first + k] != text[second + k]) {
        return false;
      }
    }
    return true;
  }
}
