package dev.postern.plugins.rules;

import java.util.ArrayList;
import java.util.List;

/**
 * Cuts a line into fields and their values as PostgreSQL does: blanks end a field, commas a value;
 * a quotation mark keeps both, and stands for itself where it is doubled.
 */
final class Tokens {
  /** Gives the values that stand in another file. */
  @FunctionalInterface
  interface Inclusion {
    List<Token> values(String file) throws BrokenFileException;
  }

  private final String line;
  private final Inclusion inclusion;
  private int at;
  private boolean endedByComma;

  private Tokens(String line, Inclusion inclusion) {
    this.line = line;
    this.inclusion = inclusion;
  }

  static List<List<Token>> fields(String line, Inclusion inclusion) throws BrokenFileException {
    Tokens tokens = new Tokens(line, inclusion);
    List<List<Token>> fields = new ArrayList<>();
    while (tokens.at < line.length()) {
      List<Token> field = tokens.field();
      if (!field.isEmpty()) {
        fields.add(field);
      }
    }
    return fields;
  }

  private List<Token> field() throws BrokenFileException {
    List<Token> values = new ArrayList<>();
    do {
      endedByComma = false;
      if (!next(values)) {
        break;
      }
    } while (endedByComma);
    return values;
  }

  /** Returns whether there was one. */
  private boolean next(List<Token> values) throws BrokenFileException {
    while (at < line.length() && (isBlank(line.charAt(at)) || line.charAt(at) == ',')) {
      at++;
    }
    StringBuilder text = new StringBuilder();
    boolean inQuotes = false;
    boolean wasQuote = false;
    boolean sawQuote = false;
    boolean beganQuoted = false;
    for (; at < line.length() && (inQuotes || !isBlank(line.charAt(at))); at++) {
      char c = line.charAt(at);
      if (c == '#' && !inQuotes) {
        at = line.length();
        break;
      }
      if (c == ',' && !inQuotes) {
        endedByComma = true;
        at++;
        break;
      }
      if (c != '"' || wasQuote) {
        text.append(c);
      }
      wasQuote = inQuotes && c == '"' && !wasQuote;
      if (c == '"') {
        inQuotes = !inQuotes;
        sawQuote = true;
        beganQuoted |= text.isEmpty();
      }
    }
    if (!sawQuote && text.isEmpty()) {
      return false;
    }
    if (!beganQuoted && text.length() > 1 && text.charAt(0) == '@') {
      values.addAll(inclusion.values(text.substring(1)));
    } else {
      values.add(new Token(text.toString(), beganQuoted));
    }
    return true;
  }

  private static boolean isBlank(char c) {
    return c == ' ' || c == '\t' || c == '\r';
  }
}
