package dev.postern.proxy.codec;

import dev.postern.api.FailureKind;
import dev.postern.api.SessionException;
import dev.postern.api.SqlState;

/**
 * One side broke the protocol. Nothing that came from it may be forwarded any more, since its
 * message borders are no longer certain. What a client did wrong it is told; of what a server did
 * wrong only the operator hears.
 */
public final class ProtocolException extends SessionException {
  private static final long serialVersionUID = 1L;

  private ProtocolException(
      SqlState sqlState, FailureKind sender, String clientMessage, String detail) {
    super(sqlState, sender, clientMessage, detail, null);
  }

  /** By a client: {@code 08P01}. */
  public static ProtocolException byClient(String message) {
    return byClient(SqlState.PROTOCOL_VIOLATION, message);
  }

  /** By a client that asked for what does not exist. */
  public static ProtocolException byClient(SqlState sqlState, String message) {
    return new ProtocolException(sqlState, FailureKind.CLIENT, message, message);
  }

  /** By a server: {@code 08P01}. */
  public static ProtocolException byServer(String message) {
    return new ProtocolException(
        SqlState.PROTOCOL_VIOLATION, FailureKind.BACKEND, "the server broke the protocol", message);
  }
}
