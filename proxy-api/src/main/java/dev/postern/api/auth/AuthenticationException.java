package dev.postern.api.auth;

import dev.postern.api.FailureKind;
import dev.postern.api.SessionException;
import dev.postern.api.SqlState;
import org.jspecify.annotations.Nullable;

/** The login is refused. */
public final class AuthenticationException extends SessionException {
  private static final long serialVersionUID = 1L;

  public AuthenticationException(
      SqlState sqlState,
      FailureKind kind,
      String clientMessage,
      String detail,
      @Nullable Throwable cause) {
    super(sqlState, kind, clientMessage, detail, cause);
  }

  /**
   * The one answer for a wrong password, an unknown user, and a disabled or expired one ({@code
   * 28P01}, in PostgreSQL's words).
   *
   * @param detail which of them it was, for the operator only
   */
  public static AuthenticationException invalidPassword(String user, String detail) {
    return new AuthenticationException(
        SqlState.INVALID_PASSWORD,
        FailureKind.CLIENT,
        "password authentication failed for user \"" + user + "\"",
        detail,
        null);
  }

  /** A user who proved its password but may not do this ({@code 28000}). */
  public static AuthenticationException denied(String clientMessage, String detail) {
    return new AuthenticationException(
        SqlState.INVALID_AUTHORIZATION, FailureKind.CLIENT, clientMessage, detail, null);
  }

  /**
   * The plugin could not decide, because something that it needs failed; the login is refused
   * ({@code 28000}).
   */
  public static AuthenticationException unavailable(String detail, @Nullable Throwable cause) {
    return new AuthenticationException(
        SqlState.INVALID_AUTHORIZATION,
        FailureKind.PLUGIN,
        "authentication is not available now",
        detail,
        cause);
  }
}
