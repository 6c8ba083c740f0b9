package dev.postern.plugins.mask;

import java.util.Map;
import java.util.Set;

/**
 * The names that matter when the text of a statement is read; all as {@link Lexer#name} has them.
 * One name may stand for several tables, in several schemas: then for all of them.
 *
 * @param tables those with masked columns
 * @param reaching views and the like that may show masked columns under other names
 * @param functions of which nobody knows what they read
 * @param volatileFunctions of the server's own, with an effect beyond their result
 * @param trustedFunctions not the server's own, of which an operator has said that they show no
 *     masked value; what else they do is not known
 */
record Vocabulary(
    Map<String, Columns> tables,
    Set<String> reaching,
    Set<String> functions,
    Set<String> volatileFunctions,
    Set<String> trustedFunctions,
    boolean ascii,
    boolean asciiFunctions) {

  /**
   * The columns of a table.
   *
   * @param masked may not be named
   * @param unmaskable those of them that no mask fits, so that they are never shown
   * @param others may be
   */
  record Columns(Set<String> masked, Set<String> unmaskable, Set<String> others) {}

  Vocabulary(
      Map<String, Columns> tables,
      Set<String> reaching,
      Set<String> functions,
      Set<String> volatileFunctions,
      Set<String> trustedFunctions) {
    this(
        Map.copyOf(tables),
        Set.copyOf(reaching),
        Set.copyOf(functions),
        Set.copyOf(volatileFunctions),
        Set.copyOf(trustedFunctions),
        isAscii(tables.keySet()) && isAscii(reaching),
        isAscii(functions));
  }

  private static boolean isAscii(Set<String> names) {
    return names.stream().allMatch(name -> name.chars().allMatch(c -> c < 0x80));
  }

  /** Whether a name stands for something with masked columns, or may lead there. */
  boolean isGuarded(Token token) {
    return token.isName()
        && (tables.containsKey(token.text())
            || reaching.contains(token.text())
            // In another client_encoding it may be such a name.
            || (!ascii && !token.isAscii()));
  }

  /** Whether a function that may be called so has, or may have, an effect beyond its result. */
  boolean mayHaveEffect(Token function) {
    return volatileFunctions.contains(function.text())
        || trustedFunctions.contains(function.text());
  }

  /** Whether a name stands for a function of which nobody knows what it reads. */
  boolean isUnknownFunction(Token token) {
    return functions.contains(token.text()) || (!asciiFunctions && !token.isAscii());
  }
}
