package dev.postern.api;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A failure that ends a session or refuses it. It has two faces: {@link #clientMessage()} goes to
 * the client as an ErrorResponse, {@link #getMessage()} goes to the operator's log and may say what
 * the client must not know. Neither may hold a secret.
 */
public class SessionException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String sqlState;
  private final String clientMessage;
  private final FailureKind kind;

  /**
   * @param sqlState the five-character code for the client
   * @param kind whose fault it was
   * @param clientMessage a sentence fit for the client
   * @param detail what the operator needs to know beyond that
   * @param cause what led to this, or {@code null}
   */
  public SessionException(
      SqlState sqlState,
      FailureKind kind,
      String clientMessage,
      String detail,
      @Nullable Throwable cause) {
    super(detail, cause);
    this.sqlState = sqlState.code();
    this.kind = Objects.requireNonNull(kind);
    this.clientMessage = Objects.requireNonNull(clientMessage);
  }

  /** A failure of which client and operator may know the same. */
  public SessionException(SqlState sqlState, FailureKind kind, String message) {
    this(sqlState, kind, message, message, null);
  }

  public final SqlState sqlState() {
    return new SqlState(sqlState);
  }

  public final FailureKind kind() {
    return kind;
  }

  /** The sentence that the client may see. */
  public final String clientMessage() {
    return clientMessage;
  }
}
