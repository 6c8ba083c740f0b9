package dev.postern.proxy.sql;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The words of an SQL text, one after the other: keywords and identifiers, quoted ones as well, in
 * no literal and no comment (PostgreSQL documentation, "Lexical Structure"). One use for each text.
 */
final class SqlWords {
  private final byte[] text;
  private final boolean escapes;
  private final int end;
  private int at;
  private int wordStart;
  private int wordEnd;

  /**
   * @param text in the server's encoding; may be longer
   * @param escapes whether a backslash escapes in every literal: {@code
   *     standard_conforming_strings} is off
   */
  SqlWords(byte[] text, int begin, int end, boolean escapes) {
    this.text = text;
    this.escapes = escapes;
    this.at = begin;
    this.end = end;
  }

  /** Whether nothing is behind the word. */
  boolean isLast() {
    return at >= end;
  }

  /** The first byte of the word; a letter's as a small one. */
  int initial() {
    return text[wordStart] | 0x20;
  }

  /** Of the word, in bytes. */
  int length() {
    return wordEnd - wordStart;
  }

  /** Whether the word is this one, which is written in small letters. */
  boolean is(String word) {
    return length() == word.length() && begins(word);
  }

  /** Whether the word is this one, which is written in small letters, and is not quoted. */
  boolean isKeyword(String word) {
    return is(word) && !(wordStart > 0 && text[wordStart - 1] == '"' && isAt(wordEnd, '"'));
  }

  /** Whether it is this keyword, and not the beginning of a name with a dot. */
  boolean isKeywordAlone(String word) {
    return isKeyword(word) && !isAhead('.');
  }

  /** Whether nothing but space is between this place and the word. */
  boolean isBehindSpace(int from) {
    for (int i = from; i < wordStart; i++) {
      if (!Lexemes.isSpace(text[i])) {
        return false;
      }
    }
    return from < wordStart;
  }

  /** Whether the word begins like this, which is written in small letters. */
  boolean begins(String prefix) {
    if (length() < prefix.length()) {
      return false;
    }
    for (int i = 0; i < prefix.length(); i++) {
      byte c = text[wordStart + i];
      if ((c | 0x20) != prefix.charAt(i) && c != prefix.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /** The word, in small letters. */
  String word() {
    return new String(text, wordStart, wordEnd - wordStart, StandardCharsets.UTF_8)
        .toLowerCase(Locale.ROOT);
  }

  /** Where the word begins in the text. */
  int start() {
    return wordStart;
  }

  /** Where the word ends in the text; a quote is behind that. */
  int behind() {
    return wordEnd;
  }

  /** The text from here up to the word, a char for each byte. */
  String since(int from) {
    return latin1(from, wordStart);
  }

  /** The rest of the statement behind the word, a char for each byte. Stays where it is. */
  String rest() {
    int here = at;
    int start = wordStart;
    int behind = wordEnd;
    while (next()) {
      // up to the end
    }
    int to = at;
    at = here;
    wordStart = start;
    wordEnd = behind;
    return latin1(here, to);
  }

  /**
   * Moves over the name that is next, space and comments before it: the identifier as servers keep
   * it, but for its length, a char for each byte; {@code null} if there is none.
   */
  @Nullable String name() {
    if (!skipSpace()) {
      return null;
    }
    int from = at;
    if (text[at] == '"') {
      do {
        at = Lexemes.afterIdentifier(text, at, end);
      } while (at < end && text[at] == '"');
      boolean whole = at - from > 2 && text[at - 1] == '"';
      return whole ? latin1(from + 1, at - 1).replace("\"\"", "\"") : null;
    }
    if (!Lexemes.isLetter(text[at])) {
      return null;
    }
    while (at < end && Lexemes.isPart(text[at])) {
      at++;
    }
    StringBuilder folded = new StringBuilder(latin1(from, at));
    for (int i = 0; i < folded.length(); i++) {
      char c = folded.charAt(i);
      if (c >= 'A' && c <= 'Z') {
        folded.setCharAt(i, (char) (c | 0x20));
      }
    }
    return folded.toString();
  }

  private String latin1(int from, int to) {
    return new String(text, from, to - from, StandardCharsets.ISO_8859_1);
  }

  /** Whether the statement ends here, but for space and comments. */
  boolean isEndAhead() {
    return !skipSpace() || text[at] == ';';
  }

  /** Whether this character is next behind the word, space and comments. */
  boolean isAhead(char c) {
    return skipSpace() && text[at] == c;
  }

  /** Whether the word is the beginning of a name with escapes, {@code U&"..."}. */
  boolean isEscapedName() {
    return is("u") && isAt(wordEnd, '&') && isAt(wordEnd + 1, '"');
  }

  /** Whether a literal of text is next behind the word, space and comments. */
  boolean isLiteralAhead() {
    if (!skipSpace()) {
      return false;
    }
    byte c = text[at];
    return switch (c) {
      case '\'' -> true;
      case '$' -> Lexemes.afterDollar(text, at, end) > at + 1;
      case 'e', 'E' -> isAt(at + 1, '\'');
      case 'u', 'U' -> isAt(at + 1, '&') && isAt(at + 2, '\'');
      default -> false;
    };
  }

  private boolean isAt(int index, char c) {
    return index < end && text[index] == c;
  }

  /** Moves over space and comments; false at the end of the text. */
  private boolean skipSpace() {
    while (at < end) {
      byte c = text[at];
      if (Lexemes.isSpace(c)) {
        at++;
      } else if (c == '-' && at + 1 < end && text[at + 1] == '-') {
        at = Lexemes.afterLine(text, at, end);
      } else if (c == '/' && at + 1 < end && text[at + 1] == '*') {
        at = Lexemes.afterComment(text, at, end);
      } else {
        return true;
      }
    }
    return false;
  }

  /**
   * The arguments of the function that is called by the word, a char for each byte; only those
   * before the first that could be read in another way: one with a comment, a name in quotes, a
   * literal between dollar signs or with escapes.
   */
  List<String> arguments() {
    List<String> found = new ArrayList<>();
    int i = at;
    while (i < end && Lexemes.isSpace(text[i])) {
      i++;
    }
    if (!isAt(i, '(')) {
      return found;
    }
    int start = ++i;
    int depth = 0;
    while (i < end) {
      switch (text[i]) {
        case '\'' -> {
          int behind = afterLiteral(i);
          if (text[i - 1] == '&' || Lexemes.isPart(text[i - 1]) || hasBackslash(i, behind)) {
            return found;
          }
          i = behind - 1;
        }
        case '(', '[' -> depth++;
        case ')', ']' -> {
          if (--depth < 0) {
            found.add(latin1(start, i).strip());
            return found;
          }
        }
        case ',' -> {
          if (depth == 0) {
            found.add(latin1(start, i).strip());
            start = i + 1;
          }
        }
        case '$' -> {
          boolean parameter = i + 1 < end && text[i + 1] >= '0' && text[i + 1] <= '9';
          if (!parameter || Lexemes.isPart(text[i - 1])) {
            return found;
          }
        }
        case '-', '/' -> {
          if (isAt(i + 1, text[i] == '-' ? '-' : '*')) {
            return found;
          }
        }
        case '"', '\\', ';' -> {
          return found;
        }
        default -> {}
      }
      i++;
    }
    return found;
  }

  private boolean hasBackslash(int from, int to) {
    for (int i = from; i < to; i++) {
      if (text[i] == '\\') {
        return true;
      }
    }
    return false;
  }

  /** Behind the literal that begins with this quote. */
  private int afterLiteral(int quote) {
    boolean escaping =
        escapes
            || (quote > 0
                && (text[quote - 1] | 0x20) == 'e'
                && !(quote > 1 && Lexemes.isPart(text[quote - 2])));
    return escaping
        ? Lexemes.afterEscaped(text, quote, end)
        : Lexemes.afterQuote(text, quote, end, false);
  }

  /** Whether the statement ends with this keyword, which is not quoted. Stays where it is. */
  boolean endsWith(String keyword) {
    int here = at;
    int start = wordStart;
    int behind = wordEnd;
    boolean found = false;
    while (next()) {
      found = isKeyword(keyword);
    }
    at = here;
    wordStart = start;
    wordEnd = behind;
    return found;
  }

  /** Moves to the next word of this statement; false behind its end. */
  boolean next() {
    while (at < end) {
      byte c = text[at];
      if (Lexemes.isLetter(c)) {
        wordStart = at;
        do {
          at++;
        } while (at < end && Lexemes.isPart(text[at]));
        wordEnd = at;
        if (at < end && text[at] == '\'' && wordEnd - wordStart == 1) {
          at = afterLiteral(at);
          continue;
        }
        return true;
      }
      switch (c) {
        case ';' -> {
          at++;
          return false;
        }
        case '\'' -> at = afterLiteral(at);
        case '"' -> {
          wordStart = at + 1;
          at = Lexemes.afterIdentifier(text, at, end);
          wordEnd = at - 1;
          if (wordEnd > wordStart) {
            return true;
          }
        }
        case '$' -> at = Lexemes.afterDollar(text, at, end);
        case '-' ->
            at = at + 1 < end && text[at + 1] == '-' ? Lexemes.afterLine(text, at, end) : at + 1;
        case '/' ->
            at = at + 1 < end && text[at + 1] == '*' ? Lexemes.afterComment(text, at, end) : at + 1;
        default -> {
          at++;
          if (c >= '0' && c <= '9') {
            while (at < end && Lexemes.isPart(text[at])) {
              at++;
            }
          }
        }
      }
    }
    return false;
  }
}
