package dev.postern.proxy.backend;

import dev.postern.api.FailureKind;
import dev.postern.api.SessionException;
import dev.postern.api.SqlState;
import dev.postern.api.message.ErrorResponse;
import org.jspecify.annotations.Nullable;

/**
 * The server refused the session before it was logged in. The client gets the server's own words.
 */
public final class BackendRefusedException extends SessionException {
  private static final long serialVersionUID = 1L;

  private final transient @Nullable ErrorResponse error;

  /**
   * @param error what the server sent
   * @param advice what the operator may want to know besides, or nothing
   */
  public BackendRefusedException(ErrorResponse error, String advice) {
    super(
        sqlStateOf(error),
        FailureKind.BACKEND,
        error.message().isEmpty() ? "the server refused the connection" : error.message(),
        "the server refused: " + sqlStateOf(error) + " " + error.message() + advice,
        null);
    this.error = error;
  }

  /** For the client: the server's own, unless it lacks what a client relies on. */
  public ErrorResponse error() {
    if (error == null
        || error.severity() == null
        || error.sqlState() == null
        || error.message().isEmpty()) {
      return ErrorResponse.fatal(sqlState(), clientMessage());
    }
    return error;
  }

  private static SqlState sqlStateOf(ErrorResponse error) {
    SqlState sqlState = error.sqlState();
    return sqlState == null ? SqlState.REJECTED_CONNECTION : sqlState;
  }
}
