package dev.postern.plugins.mask;

import dev.postern.api.intercept.SqlLiterals;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Cuts SQL into lexemes as the server does (PostgreSQL documentation, "Lexical Structure").
 * Identifiers are compared in lower case here, quoted ones as well: two that the server tells apart
 * are one name, never the other way round.
 */
final class Lexer {
  /** NAMEDATALEN - 1: the server cuts longer identifiers. */
  static final int MAX_IDENTIFIER_BYTES = 63;

  private final String sql;
  private final List<List<Token>> statements = new ArrayList<>();
  private List<Token> statement = new ArrayList<>();
  private boolean ambiguous;
  private int at;

  private Lexer(String sql) {
    this.sql = sql;
  }

  /**
   * A text, cut.
   *
   * @param statements without those that are empty
   * @param ambiguous whether the server may see other lexemes, as settings have it, or the text
   *     ends within one
   */
  record Lexemes(List<List<Token>> statements, boolean ambiguous) {}

  static Lexemes read(String sql) {
    Lexer lexer = new Lexer(sql);
    lexer.ambiguous = SqlLiterals.isUnclear(sql);
    while (lexer.at < sql.length()) {
      lexer.step();
    }
    lexer.endStatement();
    return new Lexemes(lexer.statements, lexer.ambiguous);
  }

  private void endStatement() {
    if (!statement.isEmpty()) {
      statements.add(statement);
      statement = new ArrayList<>();
    }
  }

  private void step() {
    char c = sql.charAt(at);
    if (isIdentifierStart(c)) {
      word();
    } else if (isDigit(c) || (c == '.' && isDigit(charAt(at + 1)))) {
      number();
    } else if (c == '\'') {
      string(false);
    } else if (c == '"') {
      quoted();
    } else if (c == '$') {
      dollar();
    } else if (sql.startsWith("--", at)) {
      at = endOfLine();
    } else if (sql.startsWith("/*", at)) {
      comment();
    } else if (c == ';') {
      at++;
      endStatement();
    } else {
      at++;
      if (c > ' ') {
        statement.add(new Token(Token.Kind.SYMBOL, String.valueOf(c)));
      }
    }
  }

  private void word() {
    int end = at + 1;
    while (end < sql.length() && isIdentifierPart(sql.charAt(end))) {
      end++;
    }
    String word = sql.substring(at, end);
    char next = charAt(end);
    if (next == '\'' && word.length() == 1 && "eEbBxXnN".indexOf(word.charAt(0)) >= 0) {
      at = end;
      string(word.equalsIgnoreCase("e"));
    } else if (next == '&' && word.equalsIgnoreCase("u") && isQuote(charAt(end + 1))) {
      // Escapes may stand for any character of an identifier.
      ambiguous = true;
      at = end + 1;
    } else {
      at = end;
      statement.add(new Token(Token.Kind.WORD, name(word)));
    }
  }

  /** What follows a number at once is a lexeme of its own: servers before 15 read it so. */
  private void number() {
    while (isDigit(charAt(at)) || charAt(at) == '.') {
      at++;
    }
    if (charAt(at) == 'e' || charAt(at) == 'E') {
      int digits = charAt(at + 1) == '+' || charAt(at + 1) == '-' ? at + 2 : at + 1;
      if (isDigit(charAt(digits))) {
        at = digits;
        while (isDigit(charAt(at))) {
          at++;
        }
      }
    }
    statement.add(Token.NUMBER);
  }

  /** A backslash may or may not hide a quote: standard_conforming_strings says, if it is no E''. */
  private void string(boolean escapes) {
    int plain = endOfString(at + 1, false);
    int escaped = endOfString(at + 1, true);
    ambiguous |= !escapes && plain != escaped;
    at = escapes ? escaped : plain;
    statement.add(Token.STRING);
  }

  private int endOfString(int from, boolean escapes) {
    int i = from;
    while (i < sql.length()) {
      char c = sql.charAt(i);
      if (escapes && c == '\\') {
        i += 2;
      } else if (c != '\'') {
        i++;
      } else if (charAt(i + 1) == '\'') {
        i += 2;
      } else {
        return i + 1;
      }
    }
    ambiguous = true;
    return sql.length();
  }

  private void quoted() {
    StringBuilder name = new StringBuilder();
    int i = at + 1;
    while (i < sql.length() && (sql.charAt(i) != '"' || charAt(i + 1) == '"')) {
      name.append(sql.charAt(i));
      i += sql.charAt(i) == '"' ? 2 : 1;
    }
    ambiguous |= i >= sql.length();
    at = Math.min(i + 1, sql.length());
    statement.add(new Token(Token.Kind.QUOTED, name(name.toString())));
  }

  private void dollar() {
    int tagEnd = at + 1;
    while (isIdentifierPart(charAt(tagEnd))
        && charAt(tagEnd) != '$'
        && !(tagEnd == at + 1 && isDigit(charAt(tagEnd)))) {
      tagEnd++;
    }
    if (charAt(tagEnd) == '$') {
      String quote = sql.substring(at, tagEnd + 1);
      int end = sql.indexOf(quote, tagEnd + 1);
      ambiguous |= end < 0;
      at = end < 0 ? sql.length() : end + quote.length();
      statement.add(Token.STRING);
    } else {
      at++;
      while (isDigit(charAt(at))) {
        at++;
      }
      statement.add(Token.PARAMETER);
    }
  }

  private int endOfLine() {
    int i = at;
    while (i < sql.length() && sql.charAt(i) != '\n' && sql.charAt(i) != '\r') {
      i++;
    }
    return i;
  }

  private void comment() {
    int depth = 0;
    do {
      if (sql.startsWith("/*", at)) {
        depth++;
        at += 2;
      } else if (sql.startsWith("*/", at)) {
        depth--;
        at += 2;
      } else {
        at++;
      }
    } while (depth > 0 && at < sql.length());
    ambiguous |= depth > 0;
    at = Math.min(at, sql.length());
  }

  private char charAt(int index) {
    return index < sql.length() ? sql.charAt(index) : 0;
  }

  /** As names are compared here. */
  static String name(String identifier) {
    String lower = identifier.toLowerCase(Locale.ROOT);
    byte[] bytes = lower.getBytes(StandardCharsets.UTF_8);
    return bytes.length <= MAX_IDENTIFIER_BYTES
        ? lower
        : new String(bytes, 0, MAX_IDENTIFIER_BYTES, StandardCharsets.UTF_8);
  }

  private static boolean isQuote(char c) {
    return c == '\'' || c == '"';
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static boolean isIdentifierStart(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80;
  }

  private static boolean isIdentifierPart(char c) {
    return isIdentifierStart(c) || isDigit(c) || c == '$';
  }
}
