package dev.postern.api.routing;

import dev.postern.api.FailureKind;
import dev.postern.api.SessionException;
import dev.postern.api.SqlState;
import org.jspecify.annotations.Nullable;

/** There is no place for the session. */
public final class RoutingException extends SessionException {
  private static final long serialVersionUID = 1L;

  public RoutingException(
      SqlState sqlState,
      FailureKind kind,
      String clientMessage,
      String detail,
      @Nullable Throwable cause) {
    super(sqlState, kind, clientMessage, detail, cause);
  }

  /** No route serves this database ({@code 3D000}, in PostgreSQL's words). */
  public static RoutingException unknownDatabase(String database, String detail) {
    return new RoutingException(
        SqlState.INVALID_DATABASE,
        FailureKind.CLIENT,
        "database \"" + database + "\" does not exist",
        detail,
        null);
  }
}
