package dev.postern.plugins.mask;

import dev.postern.api.intercept.NameChanges;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the texts of statements for what they can have to do with masked columns. */
final class StatementReading {
  /** Statements that only read. */
  private static final Set<String> QUERIES = Set.of("select", "with", "values", "table", "(");

  /** Statements that neither show nor move a value, whatever they name. */
  private static final Set<String> HARMLESS =
      Set.of(
          "begin",
          "start",
          "commit",
          "end",
          "rollback",
          "abort",
          "savepoint",
          "release",
          "set",
          "reset",
          "show",
          "move",
          "close",
          "deallocate",
          "discard",
          "listen",
          "unlisten",
          "notify",
          "lock",
          "analyze",
          "vacuum",
          "truncate",
          "reindex",
          "cluster",
          "checkpoint");

  /** Statements whose effect ends with the transaction, or is none on data and settings. */
  private static final Set<String> TRANSIENT =
      Set.of(
          "begin",
          "start",
          "rollback",
          "abort",
          "savepoint",
          "release",
          "show",
          "declare",
          "move",
          "close",
          "deallocate",
          "lock");

  /** Statements that are run if they do not use a masked column. */
  private static final Set<String> CHECKED =
      Set.of(
          "insert", "update", "delete", "merge", "declare", "fetch", "prepare", "execute",
          "explain", "copy", "create", "alter", "drop");

  private static final Set<String> DEFINED_OBJECTS = Set.of("table", "index", "sequence");
  private static final Set<String> BEFORE_OBJECT =
      Set.of("temp", "temporary", "local", "global", "unlogged", "unique", "if", "not", "exists");
  private static final Set<String> WRITING = Set.of("insert", "update", "delete", "merge", "into");

  private final List<Token> tokens;
  private final Vocabulary vocabulary;
  private final boolean queryWasKept;
  private final boolean mayCopyOut;
  private final NameChanges changes;
  private final String command;

  private StatementReading(
      List<Token> tokens,
      Vocabulary vocabulary,
      boolean queryWasKept,
      boolean mayCopyOut,
      NameChanges changes) {
    this.tokens = tokens;
    this.vocabulary = vocabulary;
    this.queryWasKept = queryWasKept;
    this.mayCopyOut = mayCopyOut;
    this.changes = changes;
    this.command = tokens.getFirst().text();
  }

  /**
   * Reads the text of a Query or Parse.
   *
   * @param queryWasKept whether a query that uses masked columns has a name in this session
   * @param mayCopyOut whether COPY TO may take masked columns along
   */
  static Reading of(String sql, Vocabulary vocabulary, boolean queryWasKept, boolean mayCopyOut) {
    if (sql.indexOf('\uFFFD') >= 0) {
      // The server reads other characters there, and has others told apart.
      return Reading.refused("its text is not in UTF-8");
    }
    Lexer.Lexemes lexemes = Lexer.read(sql);
    if (lexemes.ambiguous()) {
      return Reading.refused("its text can be read in two ways");
    }
    NameChanges changes = NameChanges.of(sql);
    boolean alone = lexemes.statements().size() == 1;
    List<Reading> readings = new ArrayList<>(lexemes.statements().size());
    boolean kept = queryWasKept;
    int effects = 0;
    for (List<Token> statement : lexemes.statements()) {
      Reading one =
          new StatementReading(statement, vocabulary, kept, mayCopyOut, changes).read(alone);
      kept |= one.keepsQuery();
      effects += one.onlyReads() ? 0 : 1;
      readings.add(one);
    }
    for (int i = 0; i < readings.size(); i++) {
      Reading one = readings.get(i);
      readings.set(i, one.amongEffects(effects - (one.onlyReads() ? 0 : 1)));
    }
    return Reading.of(readings);
  }

  private Reading read(boolean alone) {
    boolean query = QUERIES.contains(command);
    if (tokens.getFirst().kind() == Token.Kind.QUOTED
        || (!query && !HARMLESS.contains(command) && !CHECKED.contains(command))) {
      return Reading.refused("of what " + shown(command) + " does nothing is known");
    }
    if (tokens.stream().anyMatch(StatementReading::isToast)) {
      return Reading.refused("what long values are kept in cannot be masked");
    }
    Use use = use();
    String refusal = functionRefusal(use);
    if (refusal == null) {
      refusal = use == Use.USES ? refusalOfUse(query) : refusalOfDefinition();
    }
    boolean keeps = use == Use.USES && (command.equals("prepare") || command.equals("declare"));
    boolean copies = command.equals("copy") && (use != Use.USES || mayCopyOut);
    Outlook outlook =
        use == Use.USES && refusal == null ? ResultReading.of(tokens, vocabulary) : Outlook.CLEAR;
    return new Reading(
        List.of(use),
        refusal,
        keeps,
        copies,
        alone ? reads(query) : leavesNothing(query),
        outlook,
        HARMLESS.contains(command),
        changes);
  }

  private static boolean isToast(Token token) {
    return token.isName() && token.text().startsWith(UnsafeObjects.TOAST);
  }

  private boolean reads(boolean query) {
    return (query || command.equals("fetch")) && !writes();
  }

  /** Whether it is as if it had not run if the client is told that what stood beside it failed. */
  private boolean leavesNothing(boolean query) {
    for (int i = 0; i < tokens.size(); i++) {
      if (at(i).isName() && at(i + 1).isSymbol('(') && vocabulary.mayHaveEffect(at(i))) {
        return false;
      }
    }
    return reads(query)
        || TRANSIENT.contains(command)
        || (command.equals("prepare") && !at(1).isKeyword("transaction"));
  }

  private Use use() {
    if (runsKeptQuery()) {
      return Use.USES;
    }
    if (tokens.stream().noneMatch(vocabulary::isGuarded)) {
      return Use.NONE;
    }
    return Avoidance.isShown(tokens, vocabulary) ? Use.AVOIDS : Use.USES;
  }

  /** FETCH and EXECUTE show what another statement says, wherever EXECUTE stands. */
  private boolean runsKeptQuery() {
    return queryWasKept
        && (command.equals("fetch")
            || tokens.stream().anyMatch(token -> token.isKeyword("execute")));
  }

  private @Nullable String functionRefusal(Use use) {
    for (int i = 0; i < tokens.size(); i++) {
      Token token = tokens.get(i);
      boolean called = at(i + 1).isSymbol('(');
      if (!token.isName() || !(called || at(i - 1).isSymbol('.'))) {
        continue;
      }
      if (vocabulary.isUnknownFunction(token)) {
        return "nothing is known of what function " + shown(token.text()) + " reads";
      }
      if (called && use == Use.USES && vocabulary.volatileFunctions().contains(token.text())) {
        return "function " + shown(token.text()) + " could take a masked value elsewhere";
      }
    }
    return null;
  }

  private @Nullable String refusalOfUse(boolean query) {
    if (HARMLESS.contains(command)) {
      return null;
    }
    return switch (command) {
      case "fetch", "execute" -> null;
      case "insert" -> isPlainInsert() ? null : WRITES;
      case "delete" -> has("with") || !returnsColumns() ? WRITES : null;
      case "update" -> isPlainUpdate() ? null : WRITES;
      case "copy" -> copyRefusal();
      case "explain" -> "what EXPLAIN shows cannot be masked";
      case "merge", "create", "alter", "drop" -> WRITES;
      default ->
          (query || command.equals("declare") || command.equals("prepare")) && !writes()
              ? null
              : WRITES;
    };
  }

  private static final String WRITES = "it could copy masked values to where nobody masks them";

  /** Objects whose definition is a text for later could use anything. */
  private @Nullable String refusalOfDefinition() {
    if (!command.equals("create") && !command.equals("alter") && !command.equals("drop")) {
      return null;
    }
    int i = 1;
    while (at(i).kind() == Token.Kind.WORD && BEFORE_OBJECT.contains(at(i).text())) {
      i++;
    }
    boolean known =
        at(i).kind() == Token.Kind.WORD
            && (DEFINED_OBJECTS.contains(at(i).text())
                || (command.equals("drop") && at(i).isKeyword("view")));
    return known ? null : "of what it defines nothing is known";
  }

  /** Of literals, without a query. */
  private boolean isPlainInsert() {
    boolean changesOthers =
        has("conflict")
            && (has("update") || tokens.stream().noneMatch(StatementReading::isNothing));
    return !has("select") && !has("table") && !has("with") && !changesOthers && returnsColumns();
  }

  private static boolean isNothing(Token token) {
    return token.isKeyword("nothing");
  }

  /** What is set uses no masked column; which rows are meant may. */
  private boolean isPlainUpdate() {
    int where = indexOf("where");
    return !has("select")
        && !has("table")
        && !has("with")
        && !has("from")
        && Avoidance.isShown(tokens.subList(0, where), vocabulary)
        && returnsColumns();
  }

  /** RETURNING gives nothing but columns, whose origin the server reports. */
  private boolean returnsColumns() {
    Set<String> rows = rows();
    for (int i = indexOf("returning") + 1; i < tokens.size(); i++) {
      Token token = at(i);
      boolean column =
          token.isName()
              ? at(i + 1).isSymbol('.') || !rows.contains(token.text())
              : token.isSymbol(',') || token.isSymbol('.') || token.isSymbol('*');
      if (!column) {
        return false;
      }
    }
    return true;
  }

  /**
   * What may stand for a whole row in RETURNING: all names up to where the statement says what it
   * writes, or where, among which are its tables and their aliases.
   */
  private Set<String> rows() {
    Set<String> rows = new HashSet<>(Set.of("old", "new"));
    for (int i = 1; i < tokens.size(); i++) {
      Token token = at(i);
      boolean end =
          token.isKeyword("returning")
              || token.isKeyword("where")
              || (!command.equals("delete") && token.isSymbol('('));
      if (end) {
        return rows;
      }
      boolean isSet = command.equals("update") && at(i + 1).isSymbol('=');
      if (token.isName() && !isSet) {
        rows.add(token.text());
      }
    }
    return rows;
  }

  /** Of the first; as many as there are tokens, if there is none. */
  private int indexOf(String keyword) {
    for (int i = 0; i < tokens.size(); i++) {
      if (tokens.get(i).isKeyword(keyword)) {
        return i;
      }
    }
    return tokens.size();
  }

  private @Nullable String copyRefusal() {
    int i = 1;
    if (!at(i).isSymbol('(')) {
      while (isPartOfName(at(i))) {
        i++;
      }
      if (at(i).isSymbol('(')) {
        while (i < tokens.size() && !at(i).isSymbol(')')) {
          i++;
        }
        i++;
      }
      if (at(i).isKeyword("from") && !has("select")) {
        return null;
      }
    }
    return mayCopyOut && !writes() ? null : "what COPY TO gives cannot be masked";
  }

  private static boolean isPartOfName(Token token) {
    return token.isSymbol('.')
        || (token.isName() && !token.isKeyword("from") && !token.isKeyword("to"));
  }

  /** Whether there is a word of a statement that writes; FOR UPDATE is none. */
  private boolean writes() {
    for (int i = 0; i < tokens.size(); i++) {
      Token token = tokens.get(i);
      if (token.kind() == Token.Kind.WORD
          && WRITING.contains(token.text())
          && !(token.isKeyword("update") && isLocking(i))) {
        return true;
      }
    }
    return false;
  }

  /**
   * {@code FOR} is reserved; {@code key} before UPDATE can be a column that SEARCH or CYCLE adds.
   */
  private boolean isLocking(int update) {
    return at(update - 1).isKeyword("for")
        || (at(update - 1).isKeyword("key")
            && at(update - 2).isKeyword("no")
            && at(update - 3).isKeyword("for"));
  }

  private boolean has(String keyword) {
    return tokens.stream().anyMatch(token -> token.isKeyword(keyword));
  }

  private Token at(int index) {
    return index >= 0 && index < tokens.size() ? tokens.get(index) : Token.NONE;
  }

  /** A name of the client's own in an error for that client, and in the log. */
  private static String shown(String name) {
    return name.matches("[a-z0-9_$]{1,63}") ? '"' + name + '"' : "of that name";
  }
}
