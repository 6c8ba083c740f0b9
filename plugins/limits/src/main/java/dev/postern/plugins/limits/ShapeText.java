package dev.postern.plugins.limits;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** What is written of a statement, word for word; used by one thread. */
final class ShapeText {
  private static final String VALUE = "?";

  private static final Set<String> BEFORE_SIGN =
      Set.of(
          "select",
          "and",
          "or",
          "not",
          "where",
          "when",
          "then",
          "else",
          "in",
          "between",
          "limit",
          "offset",
          "by",
          "values",
          "returning",
          "set",
          "like",
          "return",
          "on",
          "having",
          "to",
          "from",
          "case",
          "fetch",
          "top",
          "default",
          "is");

  private final List<String> tokens = new ArrayList<>();

  void word(String word) {
    tokens.add(word);
  }

  /** A number; the sign before it belongs to it. */
  void number() {
    int last = tokens.size() - 1;
    if (last >= 0
        && (tokens.get(last).equals("-") || tokens.get(last).equals("+"))
        && (last == 0 || isBeforeSign(tokens.get(last - 1)))) {
      tokens.removeLast();
    }
    value();
  }

  private static boolean isBeforeSign(String token) {
    char c = token.charAt(0);
    return BEFORE_SIGN.contains(token)
        || (!ShapeReader.isWordStart(c)
            && c != '"'
            && c != ')'
            && c != ']'
            && !token.equals(VALUE));
  }

  /** A list of values counts as one. */
  void value() {
    if (endsWith(VALUE, ",")) {
      tokens.removeLast();
    } else if (!endsWith(VALUE)) {
      tokens.add(VALUE);
    }
  }

  /** A list of lists of values counts as one of them, and empty statements as nothing. */
  void symbol(String symbol) {
    if (symbol.equals(";") && (tokens.isEmpty() || tokens.getLast().equals(";"))) {
      return;
    }
    if (symbol.equals(")") && endsWith("(", VALUE, ")", ",", "(", VALUE)) {
      tokens.subList(tokens.size() - 3, tokens.size()).clear();
    } else {
      tokens.add(symbol);
    }
  }

  private boolean endsWith(String... end) {
    int from = tokens.size() - end.length;
    return from >= 0 && tokens.subList(from, tokens.size()).equals(List.of(end));
  }

  String joined() {
    int end = tokens.size();
    while (end > 0 && tokens.get(end - 1).equals(";")) {
      end--;
    }
    return String.join(" ", tokens.subList(0, end));
  }
}
