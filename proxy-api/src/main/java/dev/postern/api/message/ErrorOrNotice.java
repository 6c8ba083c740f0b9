package dev.postern.api.message;

import dev.postern.api.SqlState;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What {@link ErrorResponse} and {@link NoticeResponse} share (PostgreSQL documentation, "Error and
 * Notice Message Fields"). A server must not be trusted to send any of the fields.
 */
public sealed interface ErrorOrNotice extends BackendMessage permits ErrorResponse, NoticeResponse {
  /**
   * The fields by their code, a byte as an unsigned character, in the order of the wire; of a code
   * that was sent twice, the last.
   */
  Map<Character, String> fields();

  /**
   * {@code ERROR}, {@code FATAL}, {@code PANIC}, {@code WARNING} and so on, not translated if the
   * server is newer than 9.6.
   */
  default @Nullable String severity() {
    String severity = fields().get('V');
    return severity != null ? severity : fields().get('S');
  }

  /** The code, or {@code null} where it is missing or is no SQLSTATE. */
  default @Nullable SqlState sqlState() {
    String code = fields().get('C');
    try {
      return code == null ? null : new SqlState(code);
    } catch (IllegalArgumentException malformed) {
      return null;
    }
  }

  /** The primary message; empty where it is missing. */
  default String message() {
    return fields().getOrDefault('M', "");
  }

  default @Nullable String detail() {
    return fields().get('D');
  }

  default @Nullable String hint() {
    return fields().get('H');
  }

  /** Where in the query the error is, as decimal text: characters from 1. */
  default @Nullable String position() {
    return fields().get('P');
  }

  /** Where in {@link #internalQuery()} the error is. */
  default @Nullable String internalPosition() {
    return fields().get('p');
  }

  /** A statement that the server made itself. */
  default @Nullable String internalQuery() {
    return fields().get('q');
  }

  /** The context: a call stack of functions, innermost first, a line each. */
  default @Nullable String where() {
    return fields().get('W');
  }

  default @Nullable String schema() {
    return fields().get('s');
  }

  default @Nullable String table() {
    return fields().get('t');
  }

  default @Nullable String column() {
    return fields().get('c');
  }

  default @Nullable String dataType() {
    return fields().get('d');
  }

  default @Nullable String constraint() {
    return fields().get('n');
  }

  /** In the server's source. */
  default @Nullable String file() {
    return fields().get('F');
  }

  /** In the server's source. */
  default @Nullable String line() {
    return fields().get('L');
  }

  /** In the server's source. */
  default @Nullable String routine() {
    return fields().get('R');
  }
}
