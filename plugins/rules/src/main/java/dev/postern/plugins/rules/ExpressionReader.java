package dev.postern.plugins.rules;

import java.util.List;
import java.util.Map;

/**
 * Says an advanced regular expression of PostgreSQL in Java's words. What the two read differently
 * is translated, and what has no translation refused, so that nothing silently means something
 * else. Classes know ASCII only, as PostgreSQL's do in these files.
 */
final class ExpressionReader {
  private static final int MOST_REPETITIONS = 255;
  private static final Map<String, String> CLASSES =
      Map.ofEntries(
          Map.entry("alpha", "\\p{Alpha}"),
          Map.entry("digit", "\\p{Digit}"),
          Map.entry("alnum", "\\p{Alnum}"),
          Map.entry("upper", "\\p{Upper}"),
          Map.entry("lower", "\\p{Lower}"),
          Map.entry("space", "\\s"),
          Map.entry("blank", " \\t"),
          Map.entry("punct", "\\p{Punct}"),
          Map.entry("print", "\\p{Print}"),
          Map.entry("graph", "\\p{Graph}"),
          Map.entry("cntrl", "\\p{Cntrl}"),
          Map.entry("xdigit", "\\p{XDigit}"),
          Map.entry("word", "\\w"));
  private static final Map<Character, String> CONSTRAINTS =
      Map.of('A', "\\A", 'Z', "\\z", 'y', "\\b", 'Y', "\\B", 'm', "\\b(?=\\w)", 'M', "\\b(?<=\\w)");

  private final String text;
  private final StringBuilder out = new StringBuilder();
  private final Parentheses parentheses = new Parentheses();
  private int at;

  /** Whether there is something that may be repeated. */
  private boolean repeatable;

  ExpressionReader(String text) {
    this.text = text;
  }

  /**
   * @throws IllegalArgumentException if it cannot be translated
   */
  String translated() {
    while (at < text.length()) {
      char c = text.charAt(at++);
      switch (c) {
        case '\\' -> escape();
        case '[' -> bracket();
        case '(' -> group();
        case ')' -> close();
        case '|' -> bar();
        case '^' -> constraint("^");
        case '$' -> constraint("\\z");
        case '*', '+', '?' -> repetition(String.valueOf(c), c == '+' ? 1 : 0);
        case '{' -> brace();
        case '.' -> atom(".");
        default -> atom(literal(c));
      }
    }
    parentheses.end(out.length());
    return out.toString();
  }

  int groups() {
    return parentheses.groups();
  }

  /**
   * The parts of the translation that decide what the first group holds.
   *
   * @return from the outside in
   * @throws IllegalArgumentException if PostgreSQL decides by more than these
   */
  List<FirstGroup.Level> aroundFirstGroup() {
    return parentheses.aroundFirstGroup(out);
  }

  private void atom(String translation) {
    parentheses.atom();
    out.append(translation);
    repeatable = true;
  }

  private void constraint(String translation) {
    parentheses.constraint();
    out.append(translation);
    repeatable = false;
  }

  private void bar() {
    parentheses.bar(out.length());
    out.append('|');
    repeatable = false;
  }

  /**
   * @param least how often the atom has to be there
   */
  private void repetition(String translation, int least) {
    if (!repeatable) {
      throw new IllegalArgumentException("nothing that \"" + translation + "\" could repeat");
    }
    out.append(translation);
    boolean lazy = follows("?");
    if (lazy) {
      out.append('?');
    }
    parentheses.repeat(least, lazy);
    repeatable = false;
  }

  private void group() {
    int opened = out.length();
    String kind = kind();
    boolean captures = parentheses.open(opened, kind);
    // A group within a constraint captures nothing, and has no number.
    out.append('(').append(captures || !kind.isEmpty() ? kind : "?:");
    repeatable = false;
  }

  /** What follows the parenthesis; empty for a group that captures. */
  private String kind() {
    for (String kind : new String[] {"?:", "?=", "?!", "?<=", "?<!"}) {
      if (follows(kind)) {
        return kind;
      }
    }
    if (text.startsWith("?", at)) {
      throw new IllegalArgumentException("options in an expression are not supported");
    }
    return "";
  }

  private void close() {
    repeatable = parentheses.close(out.length());
    out.append(')');
  }

  private void brace() {
    if (at == text.length() || !isDigit(text.charAt(at))) {
      atom("\\{");
      return;
    }
    int end = text.indexOf('}', at);
    String bound = end < 0 ? "" : text.substring(at, end);
    if (!bound.matches("[0-9]{1,3}(,[0-9]{0,3})?")) {
      throw new IllegalArgumentException("a repetition that is none");
    }
    for (String count : bound.split(",", 0)) {
      if (Integer.parseInt(count) > MOST_REPETITIONS) {
        throw new IllegalArgumentException("more than " + MOST_REPETITIONS + " repetitions");
      }
    }
    at = end + 1;
    repetition("{" + bound + "}", Integer.parseInt(bound.split(",", 2)[0]));
  }

  private void escape() {
    if (at == text.length()) {
      throw new IllegalArgumentException("a backslash at the end");
    }
    char c = text.charAt(at++);
    String constraint = CONSTRAINTS.get(c);
    if (constraint != null) {
      constraint(constraint);
    } else if (c >= '1' && c <= '9') {
      if (at < text.length() && isDigit(text.charAt(at))) {
        throw new IllegalArgumentException("a reference to a group that is not there");
      }
      parentheses.reference(c - '0');
      out.append('\\').append(c);
      repeatable = true;
    } else {
      atom(escaped(c));
    }
  }

  private static String escaped(char c) {
    if ("dwsDWStnrf".indexOf(c) >= 0) {
      return "\\" + c;
    }
    if (isLetter(c) || isDigit(c)) {
      throw new IllegalArgumentException("\\" + c + " is not supported in expressions");
    }
    return literal(c);
  }

  private void bracket() {
    out.append('[');
    if (follows("^")) {
      out.append('^');
    }
    boolean first = true;
    while (first || !follows("]")) {
      first = false;
      String from = element();
      if (at + 1 < text.length() && text.charAt(at) == '-' && text.charAt(at + 1) != ']') {
        at++;
        String to = element();
        if (isClass(from) || isClass(to)) {
          throw new IllegalArgumentException("a range that ends in a class");
        }
        out.append(from).append('-').append(to);
      } else {
        out.append(from);
      }
    }
    atom("]");
  }

  private static boolean isClass(String element) {
    return (element.length() > 2 && element.charAt(0) == '\\')
        || element.equals(" \\t")
        || (element.length() == 2 && "dwsDWS".indexOf(element.charAt(1)) >= 0);
  }

  /** One character of a bracket expression, or a class. */
  private String element() {
    if (at == text.length()) {
      throw new IllegalArgumentException("a bracket that is not closed");
    }
    char c = text.charAt(at++);
    if (c == '\\') {
      if (at == text.length()) {
        throw new IllegalArgumentException("a backslash at the end");
      }
      return escaped(text.charAt(at++));
    }
    if (c == '[' && at < text.length() && ".=:".indexOf(text.charAt(at)) >= 0) {
      int end = text.indexOf(":]", at + 1);
      String known = end < 0 ? null : CLASSES.get(text.substring(at + 1, end));
      if (text.charAt(at) != ':' || known == null) {
        throw new IllegalArgumentException("a class in brackets that is not supported");
      }
      at = end + 2;
      return known;
    }
    if (Character.isHighSurrogate(c) && at < text.length()) {
      return String.valueOf(new char[] {c, text.charAt(at++)});
    }
    return literal(c);
  }

  private boolean follows(String expected) {
    if (!text.startsWith(expected, at)) {
      return false;
    }
    at += expected.length();
    return true;
  }

  private static String literal(char c) {
    return c > 127 || isLetter(c) || isDigit(c) ? String.valueOf(c) : "\\" + c;
  }

  private static boolean isLetter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }
}
