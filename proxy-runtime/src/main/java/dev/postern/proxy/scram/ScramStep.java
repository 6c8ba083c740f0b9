package dev.postern.proxy.scram;

import dev.postern.api.Bytes;
import dev.postern.api.FailureKind;
import dev.postern.api.SqlState;
import dev.postern.api.auth.AuthenticationException;
import dev.postern.api.auth.ScramProof;

/** What the server side of an exchange does next. */
public sealed interface ScramStep {
  /**
   * Send this as AuthenticationSASLContinue and give the client's answer to {@link
   * ScramServer#respond}.
   *
   * @param message the server-first-message, or nothing where the client sent no initial response
   */
  record Continue(Bytes message) implements ScramStep {}

  /**
   * The client is who it says. Send the message as AuthenticationSASLFinal.
   *
   * @param serverFinal the server-final-message
   * @param proof what was proved; whoever takes it closes its keys
   */
  record Success(Bytes serverFinal, ScramProof proof) implements ScramStep {}

  /**
   * The exchange is over and nothing was proved. Send no SASL message, only an ErrorResponse.
   *
   * @param sqlState {@code 28P01} for a wrong proof, {@code 28000} for a channel binding that does
   *     not fit, {@code 08P01} or {@code 0A000} for a message that is malformed or asks for what is
   *     not supported
   * @param clientMessage fit for the client
   * @param detail for the operator
   */
  record Failure(SqlState sqlState, String clientMessage, String detail) implements ScramStep {
    public AuthenticationException toException() {
      return new AuthenticationException(sqlState, FailureKind.CLIENT, clientMessage, detail, null);
    }
  }
}
