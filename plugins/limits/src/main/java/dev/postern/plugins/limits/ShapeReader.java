package dev.postern.plugins.limits;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Reads SQL by its lexical rules only (PostgreSQL documentation, "Lexical Structure"): values and
 * parameters become {@code ?}, lists of them one {@code ?}, words lower case, comments and spaces
 * one space. Used once, by one thread.
 */
final class ShapeReader {
  /** Beyond it nothing is read: an event loop waits for this. */
  static final int MAX_LENGTH = 1 << 18;

  /** Of different commands; each new one is looked for among those before it. */
  static final int MAX_COMMANDS = 64;

  /** Commands that hold others. */
  private static final Set<String> HOLDERS = Set.of("WITH", "EXPLAIN", "PREPARE", "COPY");

  private static final Pattern PREPARE = Pattern.compile("prepare", Pattern.CASE_INSENSITIVE);

  private static final Set<String> HELD =
      Set.of("SELECT", "INSERT", "UPDATE", "DELETE", "MERGE", "VALUES", "TABLE", "EXECUTE");

  private final String sql;
  private final int length;
  private final ShapeText text = new ShapeText();
  private final List<String> commands = new ArrayList<>();
  private int at;
  private boolean begins = true;
  private boolean holds;
  private boolean unclear;

  ShapeReader(String sql) {
    this.sql = sql;
    length = Math.min(sql.length(), MAX_LENGTH);
    unclear = sql.length() > MAX_LENGTH;
  }

  Shape read() {
    while (at < length) {
      step();
    }
    if (unclear && PREPARE.matcher(sql).find()) {
      addCommand("PREPARE");
    }
    return Shape.of(text.joined() + (unclear ? " ..." : ""), commands, unclear);
  }

  private void step() {
    char c = sql.charAt(at);
    if (isWordStart(c)) {
      word();
    } else if (isDigit(c) || (c == '.' && at + 1 < length && isDigit(sql.charAt(at + 1)))) {
      number();
    } else if (c == '\'') {
      string(false);
    } else if (c == '"') {
      quoted();
    } else if (c == '$') {
      dollar();
    } else if (sql.startsWith("--", at)) {
      lineComment();
    } else if (sql.startsWith("/*", at)) {
      comment();
    } else if (isSpace(c)) {
      at++;
    } else {
      at++;
      symbol(String.valueOf(c));
    }
  }

  private void word() {
    int start = at;
    while (at < length && isWordPart(sql.charAt(at))) {
      at++;
    }
    String word = sql.substring(start, at).toLowerCase(Locale.ROOT);
    if (at < length && sql.charAt(at) == '\'') {
      switch (word) {
        case "e" -> {
          string(true);
          return;
        }
        case "b", "x", "n" -> {
          string(false);
          return;
        }
        default -> {}
      }
    }
    if (word.equals("u") && (sql.startsWith("&'", at) || sql.startsWith("&\"", at))) {
      at++;
      return;
    }
    command(word.toUpperCase(Locale.ROOT));
    text.word(word);
  }

  private void command(String word) {
    if (begins) {
      begins = false;
      holds = HOLDERS.contains(word);
      addCommand(word);
    } else if (holds && HELD.contains(word)) {
      addCommand(word);
    }
  }

  private void addCommand(String word) {
    if (commands.contains(word)) {
      return;
    }
    if (commands.size() < MAX_COMMANDS || word.equals("PREPARE")) {
      commands.add(word);
    } else {
      unclear = true;
    }
  }

  private void number() {
    while (at < length) {
      char c = sql.charAt(at);
      char before = sql.charAt(Math.max(at - 1, 0));
      boolean exponent =
          (c == '+' || c == '-')
              && (before == 'e' || before == 'E')
              && at + 1 < length
              && isDigit(sql.charAt(at + 1));
      if (!isWordPart(c) && c != '.' && !exponent) {
        break;
      }
      at++;
    }
    text.number();
  }

  private void string(boolean escapes) {
    at++;
    while (at < length) {
      char c = sql.charAt(at);
      if (escapes && c == '\\') {
        at += 2;
      } else if (c != '\'') {
        at++;
      } else if (!escapes && sql.charAt(at - 1) == '\\') {
        // standard_conforming_strings decides whether this ends the string.
        unclear = true;
        at = length;
      } else if (at + 1 < length && sql.charAt(at + 1) == '\'') {
        at += 2;
      } else {
        at++;
        text.value();
        return;
      }
    }
    at = length;
    text.value();
  }

  private void quoted() {
    int end = sql.indexOf('"', at + 1);
    int stop = end < 0 ? length : Math.min(end + 1, length);
    text.word(sql.substring(at, stop));
    begins = false;
    at = stop;
  }

  private void dollar() {
    int end = at + 1;
    if (end < length && isDigit(sql.charAt(end))) {
      while (end < length && isDigit(sql.charAt(end))) {
        end++;
      }
      at = end;
      text.value();
      return;
    }
    while (end < length && isWordPart(sql.charAt(end)) && sql.charAt(end) != '$') {
      end++;
    }
    if (end < length && sql.charAt(end) == '$') {
      String quote = sql.substring(at, end + 1);
      int close = sql.indexOf(quote, end + 1);
      at = close < 0 ? length : Math.min(close + quote.length(), length);
      text.value();
    } else {
      at++;
      symbol("$");
    }
  }

  private void lineComment() {
    while (at < length && sql.charAt(at) != '\n' && sql.charAt(at) != '\r') {
      at++;
    }
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
    } while (depth > 0 && at < length);
  }

  private void symbol(String symbol) {
    if (symbol.equals(";")) {
      begins = true;
    } else if (!symbol.equals("(")) {
      begins = false;
    }
    text.symbol(symbol);
  }

  private static boolean isSpace(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  static boolean isWordStart(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80;
  }

  private static boolean isWordPart(char c) {
    return isWordStart(c) || isDigit(c) || c == '$';
  }
}
