package dev.postern.proxy.backend;

import dev.postern.api.FailureKind;
import dev.postern.api.SessionException;
import dev.postern.api.SqlState;
import dev.postern.api.message.ErrorResponse;
import dev.postern.api.routing.Backend;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The server refused the session before it was logged in. The client gets the server's own words.
 */
public final class BackendRefusedException extends SessionException {
  private static final long serialVersionUID = 1L;

  /** Shutting down, crashed, starting up. */
  private static final Set<String> UNAVAILABLE = Set.of("57P01", "57P02", "57P03");

  /**
   * Where PostgreSQL says, with the code of a server that is full, that a role or a database is.
   */
  private static final Set<String> OWN_LIMITS =
      Set.of("InitializeSessionUserId", "CheckMyDatabase");

  /** Where it says that the last places are for superusers and the like. */
  private static final String SLOTS_ARE_RESERVED = "InitPostgres";

  private final transient @Nullable ErrorResponse error;
  private final transient Backend backend;

  /**
   * @param error what the server sent
   * @param advice what the operator may want to know besides, or nothing
   * @param backend the server
   */
  public BackendRefusedException(ErrorResponse error, String advice, Backend backend) {
    super(
        sqlStateOf(error),
        FailureKind.BACKEND,
        error.message().isEmpty() ? "the server refused the connection" : error.message(),
        "the server refused: " + sqlStateOf(error) + " " + error.message() + advice,
        null);
    this.error = error;
    this.backend = backend;
  }

  public Backend backend() {
    return backend;
  }

  /**
   * Whether the server would refuse anybody now: it is full, starting up or shutting down, or
   * failed. Else it refused this user, this database or these parameters.
   */
  boolean isForEverybody() {
    if (isFull()) {
      return !OWN_LIMITS.contains(routine());
    }
    String code = sqlState().code();
    return UNAVAILABLE.contains(code)
        || (code.startsWith("08") && !sqlState().equals(SqlState.PROTOCOL_VIOLATION));
  }

  /** Whether the server has no place left. */
  boolean isFull() {
    return sqlState().equals(SqlState.TOO_MANY_CONNECTIONS);
  }

  /** Whether it has some for other roles, or may have. */
  boolean isForRole() {
    return isFull() && (routine().isEmpty() || routine().equals(SLOTS_ARE_RESERVED));
  }

  private String routine() {
    return error == null ? "" : error.fields().getOrDefault('R', "");
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
