package dev.postern.plugins.mask;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Shows of a statement that names tables with masked columns that no value of those columns has a
 * part in it. There are three ways to get at a column: by its name, by a star, and by a row as a
 * whole, under the name or the alias of whatever it is a row of. None may be there. What is not
 * written in one of the few plain forms known here counts as a use.
 */
final class Avoidance {
  /** Words that can follow a table and are never an alias of it. */
  private static final Set<String> BEHIND_TABLE =
      Set.of(
          "where",
          "join",
          "inner",
          "left",
          "right",
          "full",
          "cross",
          "natural",
          "on",
          "using",
          "group",
          "order",
          "limit",
          "offset",
          "fetch",
          "for",
          "union",
          "intersect",
          "except",
          "having",
          "window",
          "returning",
          "default",
          "select",
          "when",
          "with");

  /** What a table with masked columns may stand behind. */
  private static final Set<String> BEFORE_TABLE = Set.of("from", "join", "update", "into", "only");

  private final List<Token> tokens;
  private final Vocabulary vocabulary;
  private final Set<String> masked = new HashSet<>();
  private final Set<String> others = new HashSet<>();

  /** What stands for a whole row. */
  private final Set<String> rows = new HashSet<>(Set.of("old", "new", "excluded"));

  /** Places at which a table or an alias is named, and its row is not used. */
  private final Set<Integer> declared = new HashSet<>();

  /** Places at which an UPDATE names a column that it sets. */
  private final Set<Integer> assigned = new HashSet<>();

  private Avoidance(List<Token> tokens, Vocabulary vocabulary) {
    this.tokens = tokens;
    this.vocabulary = vocabulary;
  }

  static boolean isShown(List<Token> statement, Vocabulary vocabulary) {
    return new Avoidance(statement, vocabulary).isShown();
  }

  private boolean isShown() {
    for (Map.Entry<String, Vocabulary.Columns> table : vocabulary.tables().entrySet()) {
      if (tokens.stream()
          .anyMatch(token -> token.isName() && token.text().equals(table.getKey()))) {
        rows.add(table.getKey());
        masked.addAll(table.getValue().masked());
        others.addAll(table.getValue().others());
      }
    }
    for (int i = 0; i < tokens.size(); i++) {
      if (vocabulary.isGuarded(at(i)) && !isQualifier(i) && !declares(i)) {
        return false;
      }
    }
    if (at(0).isKeyword("update")) {
      findAssigned();
    }
    for (int i = 0; i < tokens.size(); i++) {
      Token token = at(i);
      if (token.isName() && (usesMaskedColumn(i) || usesRow(i))) {
        return false;
      }
      if ((token.isSymbol('*') && !isHarmlessStar(i)) || (token.isSymbol('(') && isJoin(i))) {
        return false;
      }
    }
    return true;
  }

  private Token at(int index) {
    return index >= 0 && index < tokens.size() ? tokens.get(index) : Token.NONE;
  }

  /** {@code people} in {@code people.name}. */
  private boolean isQualifier(int index) {
    return at(index + 1).isSymbol('.')
        && !at(index - 1).isSymbol('.')
        && vocabulary.tables().containsKey(at(index).text());
  }

  /** A table where a statement says what it is about, with its alias. */
  private boolean declares(int index) {
    if (!vocabulary.tables().containsKey(at(index).text())) {
      return false;
    }
    int before = index - 1;
    if (at(before).isSymbol('.') && at(before - 1).isName()) {
      before -= 2;
    }
    Token word = at(before);
    if (word.kind() != Token.Kind.WORD
        || !BEFORE_TABLE.contains(word.text())
        || at(index + 1).isSymbol('.')) {
      return false;
    }
    declared.add(index);
    int behind = index + 1;
    if (at(behind).isKeyword("as")) {
      behind++;
    } else if (at(behind).kind() == Token.Kind.WORD && isNoAlias(at(behind).text(), before)) {
      return true;
    }
    if (at(behind).isName()) {
      rows.add(at(behind).text());
      declared.add(behind);
      behind++;
    }
    // Behind a table in FROM it would give the columns other names.
    return !at(behind).isSymbol('(') || word.isKeyword("into");
  }

  /**
   * Whether a word behind a table is none for its row; some are where the server has no other
   * reading of them.
   *
   * @param verb index of what the table stands behind
   */
  private boolean isNoAlias(String word, int verb) {
    return switch (word) {
      case "set" ->
          at(verb).isKeyword("update")
              || (at(verb).isKeyword("only") && at(verb - 1).isKeyword("update"));
      case "values", "overriding" -> at(verb).isKeyword("into") && at(verb - 1).isKeyword("insert");
      default -> BEHIND_TABLE.contains(word);
    };
  }

  /** Elsewhere, and in parentheses and brackets, {@code =} compares. */
  private void findAssigned() {
    int depth = 0;
    for (int i = 1; i < tokens.size(); i++) {
      Token token = at(i);
      if (token.isSymbol('(') || token.isSymbol('[')) {
        depth++;
      } else if (token.isSymbol(')') || token.isSymbol(']')) {
        depth--;
      }
      if (depth != 0) {
        continue;
      }
      if (token.isKeyword("from") || token.isKeyword("where") || token.isKeyword("returning")) {
        return;
      }
      if (at(i + 1).isSymbol('=') && (at(i - 1).isKeyword("set") || at(i - 1).isSymbol(','))) {
        assigned.add(i);
      }
    }
  }

  private boolean usesMaskedColumn(int index) {
    return !assigned.contains(index)
        && (masked.contains(at(index).text())
            || (!at(index).isAscii() && masked.stream().anyMatch(Avoidance::isNotAscii)));
  }

  private static boolean isNotAscii(String name) {
    return name.chars().anyMatch(c -> c >= 0x80);
  }

  /** A row's name is harmless before the dot of a column that is not masked. */
  private boolean usesRow(int index) {
    if (!rows.contains(at(index).text()) || declared.contains(index)) {
      return false;
    }
    return !at(index + 1).isSymbol('.') || !others.contains(at(index + 2).text());
  }

  /** In {@code count(*)}, or a multiplication. */
  private boolean isHarmlessStar(int index) {
    boolean counts =
        at(index - 1).isSymbol('(')
            && at(index + 1).isSymbol(')')
            && at(index - 2).isKeyword("count");
    return counts
        || at(index - 1).kind() == Token.Kind.NUMBER
        || at(index + 1).kind() == Token.Kind.NUMBER
        || at(index + 1).kind() == Token.Kind.PARAMETER;
  }

  /** Joined tables in parentheses can have an alias together. */
  private boolean isJoin(int open) {
    boolean rows = at(open + 1).isKeyword("values") && at(open + 2).isSymbol('(');
    if (rows || at(open + 1).isKeyword("select") || at(open + 1).isKeyword("with")) {
      return false;
    }
    int depth = 0;
    for (int i = open; i < tokens.size(); i++) {
      if (at(i).isSymbol('(')) {
        depth++;
      } else if (at(i).isSymbol(')') && --depth == 0) {
        return false;
      } else if (depth == 1 && at(i).isKeyword("join")) {
        return true;
      }
    }
    return false;
  }
}
