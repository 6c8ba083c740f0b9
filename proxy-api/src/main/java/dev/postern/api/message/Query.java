package dev.postern.api.message;

/**
 * The simple query protocol: one or more statements, each answered by a {@link CommandComplete},
 * all by one {@link ReadyForQuery}.
 *
 * @param sql the text; {@code toString} shows its length only, since statements can hold passwords
 */
public record Query(String sql) implements FrontendMessage {
  @Override
  public String toString() {
    return "Query[" + sql.length() + " characters]";
  }
}
