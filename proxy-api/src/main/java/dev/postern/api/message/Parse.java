package dev.postern.api.message;

import java.util.List;

/**
 * Prepares a statement.
 *
 * @param statement its name; empty for the unnamed statement
 * @param sql the text of a single statement; {@code toString} shows its length only, since
 *     statements can hold passwords
 * @param parameterTypes object ids (unsigned) of the first parameters' types; 0 where the server is
 *     to find out
 */
public record Parse(String statement, String sql, List<Integer> parameterTypes)
    implements FrontendMessage {
  public Parse {
    parameterTypes = List.copyOf(parameterTypes);
  }

  @Override
  public String toString() {
    return "Parse[statement="
        + statement
        + ", "
        + sql.length()
        + " characters, parameterTypes="
        + parameterTypes
        + "]";
  }
}
