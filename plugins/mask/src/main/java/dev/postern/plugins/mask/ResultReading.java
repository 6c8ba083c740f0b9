package dev.postern.plugins.mask;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Foresees what a server will say of the result of a statement that uses masked columns. It is
 * clear of the plain forms known here only; what it takes for clear is looked at once more when the
 * result comes.
 */
final class ResultReading {
  /** Words that look like columns. */
  private static final Set<String> VALUES =
      Set.of(
          "null",
          "true",
          "false",
          "user",
          "current_user",
          "session_user",
          "system_user",
          "current_role",
          "current_catalog",
          "current_schema",
          "current_date",
          "current_time",
          "current_timestamp",
          "localtime",
          "localtimestamp");

  private static final Set<String> BEHIND_FROM =
      Set.of("where", "group", "having", "window", "order", "limit", "offset", "fetch", "for");

  private static final Set<String> JOINING =
      Set.of("join", "inner", "left", "right", "full", "cross", "natural");

  /** What a condition's parenthesis can stand behind. */
  private static final Set<String> BEFORE_CONDITION =
      Set.of("on", "using", "and", "or", "not", "in");

  private final List<Token> tokens;
  private final Vocabulary vocabulary;
  private final Set<String> unmaskable = new HashSet<>();

  private ResultReading(List<Token> tokens, Vocabulary vocabulary) {
    this.tokens = tokens;
    this.vocabulary = vocabulary;
    for (Token token : tokens) {
      Vocabulary.Columns columns = vocabulary.tables().get(token.text());
      if (token.isName() && columns != null) {
        unmaskable.addAll(columns.unmaskable());
      }
    }
  }

  static Outlook of(List<Token> statement, Vocabulary vocabulary) {
    return new ResultReading(statement, vocabulary).outlook();
  }

  private Outlook outlook() {
    if (writes() && tokens.stream().noneMatch(token -> token.isKeyword("returning"))) {
      return Outlook.CLEAR;
    }
    if (tokens.stream()
        .anyMatch(t -> vocabulary.isGuarded(t) && !vocabulary.tables().containsKey(t.text()))) {
      return Outlook.UNPROVEN;
    }
    return switch (at(0).text()) {
      case "insert", "update", "delete" -> returned();
      case "select" -> selected();
      case "table" -> unmaskable.isEmpty() ? Outlook.CLEAR : Outlook.UNMASKABLE;
      case "fetch", "execute", "with", "values", "(" -> Outlook.UNPROVEN;
      default -> Outlook.CLEAR;
    };
  }

  private boolean writes() {
    return at(0).isKeyword("insert") || at(0).isKeyword("update") || at(0).isKeyword("delete");
  }

  /** Nothing but columns, as {@link StatementReading} has made sure. */
  private Outlook returned() {
    int returning = 0;
    while (returning < tokens.size() && !at(returning).isKeyword("returning")) {
      returning++;
    }
    for (int i = returning + 1; i < tokens.size(); i++) {
      if (showsUnmaskable(i)) {
        return Outlook.UNMASKABLE;
      }
    }
    return Outlook.CLEAR;
  }

  private boolean showsUnmaskable(int index) {
    return at(index).isSymbol('*')
        ? !unmaskable.isEmpty()
        : at(index).isName() && unmaskable.contains(at(index).text());
  }

  private Outlook selected() {
    int from = 1;
    while (from < tokens.size() && !at(from).isKeyword("from")) {
      from++;
    }
    Set<String> rows = new HashSet<>();
    if (!isPlainFrom(from + 1, rows)) {
      return Outlook.UNPROVEN;
    }
    Outlook outlook = Outlook.CLEAR;
    int i = at(1).isKeyword("distinct") || at(1).isKeyword("all") ? 2 : 1;
    while (i < from) {
      int last = i;
      while (at(last).isName() && at(last + 1).isSymbol('.')) {
        last += 2;
      }
      Token column = at(last);
      boolean named =
          column.isName()
              && !(column.kind() == Token.Kind.WORD && VALUES.contains(column.text()))
              && (last > i || !rows.contains(column.text()));
      if (!named && !column.isSymbol('*')) {
        return Outlook.UNPROVEN;
      }
      if (showsUnmaskable(last)) {
        outlook = Outlook.UNMASKABLE;
      }
      i = last + 1;
      if (at(i).isKeyword("as")) {
        i++;
      }
      if (i < from && at(i).isName()) {
        i++;
      }
      if (i < from && !at(i).isSymbol(',')) {
        return Outlook.UNPROVEN;
      }
      i++;
    }
    return outlook;
  }

  /** Tables and joins of them, without queries and functions; and no other query beside it. */
  private boolean isPlainFrom(int start, Set<String> rows) {
    int depth = 0;
    boolean tables = true;
    boolean condition = false;
    for (int i = start; i < tokens.size(); i++) {
      Token token = at(i);
      depth += token.isSymbol('(') ? 1 : token.isSymbol(')') ? -1 : 0;
      if (depth == 0
          && (token.isKeyword("union")
              || token.isKeyword("intersect")
              || token.isKeyword("except"))) {
        return false;
      }
      if (depth == 0 && token.kind() == Token.Kind.WORD && BEHIND_FROM.contains(token.text())) {
        tables = false;
      }
      if (!tables) {
        continue;
      }
      if (token.isKeyword("select")
          || token.isKeyword("values")
          || (token.isSymbol('(') && at(i - 1).isName() && !isCondition(at(i - 1)))
          || (token.isSymbol('(') && !condition && !at(i - 1).isKeyword("using"))) {
        return false;
      }
      if (token.isKeyword("on")) {
        condition = true;
      } else if (depth == 0
          && (token.isSymbol(',')
              || (token.kind() == Token.Kind.WORD && JOINING.contains(token.text())))) {
        condition = false;
      } else if (depth == 0 && !condition && token.isName()) {
        rows.add(token.text());
      }
    }
    return true;
  }

  private static boolean isCondition(Token token) {
    return token.kind() == Token.Kind.WORD && BEFORE_CONDITION.contains(token.text());
  }

  private Token at(int index) {
    return index >= 0 && index < tokens.size() ? tokens.get(index) : Token.NONE;
  }
}
