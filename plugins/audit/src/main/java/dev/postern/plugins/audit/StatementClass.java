package dev.postern.plugins.audit;

import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a statement does, as far as its first word tells. A function that a SELECT calls may write;
 * what is not known counts as all of them.
 */
public enum StatementClass {
  READS,
  WRITES,
  DDL,
  /** Transactions, settings, cursors, LISTEN and the like. */
  OTHERS;

  private static final int LONGEST_WORD = 10;

  /** Whether a text may do one of these. */
  static boolean isAny(Set<StatementClass> wanted, String sql) {
    if (wanted.size() == values().length) {
      return true;
    }
    int begin = firstWord(sql);
    if (holdsMore(sql, begin)) {
      return true;
    }
    int end = begin;
    while (end < sql.length()
        && end - begin <= LONGEST_WORD
        && Character.isLetter(sql.charAt(end))) {
      end++;
    }
    String word = sql.substring(begin, end).toUpperCase(Locale.ROOT);
    if (word.equals("COPY")) {
      return wanted.contains(READS) || wanted.contains(WRITES);
    }
    StatementClass found = of(word);
    return found == null || wanted.contains(found);
  }

  private static @Nullable StatementClass of(String word) {
    return switch (word) {
      case "SELECT", "TABLE", "VALUES", "SHOW", "FETCH", "MOVE" -> READS;
      case "INSERT", "UPDATE", "DELETE", "MERGE", "TRUNCATE" -> WRITES;
      case "CREATE",
          "ALTER",
          "DROP",
          "GRANT",
          "REVOKE",
          "COMMENT",
          "SECURITY",
          "REASSIGN",
          "IMPORT",
          "REINDEX",
          "CLUSTER",
          "VACUUM",
          "ANALYZE",
          "REFRESH" ->
          DDL;
      case "BEGIN",
          "START",
          "COMMIT",
          "END",
          "ROLLBACK",
          "ABORT",
          "SAVEPOINT",
          "RELEASE",
          "SET",
          "RESET",
          "DISCARD",
          "CLOSE",
          "LISTEN",
          "UNLISTEN",
          "NOTIFY",
          "LOCK",
          "CHECKPOINT",
          "DEALLOCATE",
          "LOAD" ->
          OTHERS;
      default -> null;
    };
  }

  /** Whether there could be another statement, or a SELECT INTO: whoever quotes these is read. */
  private static boolean holdsMore(String sql, int begin) {
    int semicolon = sql.indexOf(';', begin);
    return (semicolon >= 0 && !sql.substring(semicolon + 1).isBlank())
        || (sql.toUpperCase(Locale.ROOT).contains("INTO")
            && sql.regionMatches(true, begin, "SELECT", 0, "SELECT".length()));
  }

  private static int firstWord(String sql) {
    int at = 0;
    while (at < sql.length()) {
      if (Character.isWhitespace(sql.charAt(at)) || sql.charAt(at) == '(') {
        at++;
      } else if (sql.startsWith("--", at)) {
        while (at < sql.length() && sql.charAt(at) != '\n' && sql.charAt(at) != '\r') {
          at++;
        }
      } else {
        // A comment that nests is not read: its statement is of an unknown class.
        return at;
      }
    }
    return at;
  }
}
