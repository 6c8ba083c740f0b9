package dev.postern.api.auth;

import dev.postern.api.Bytes;
import dev.postern.api.Secret;
import org.jspecify.annotations.Nullable;

/**
 * A SASL exchange with a client (RFC 4422; PostgreSQL documentation, "SASL Authentication"). Used
 * by the login's thread only, within the call in which it began.
 */
public interface SaslExchange {
  /** What a message of the client may have at most, in bytes; PostgreSQL's own limit for tokens. */
  int MAX_LENGTH = 65_535;

  /** The one of the offered mechanisms that the client chose. */
  String mechanism();

  /**
   * The client's first message, or {@code null} if it left that to the server's first challenge.
   * The caller closes it.
   */
  @Nullable Secret initialResponse();

  /**
   * Sends a challenge and waits for the client's answer (AuthenticationSASLContinue, SASLResponse).
   *
   * @return the answer; the caller closes it
   * @throws AuthenticationException {@code 08P01} if the client broke the protocol or went away
   */
  Secret challenge(Bytes data) throws AuthenticationException;

  /**
   * Sends what the mechanism says at its successful end (AuthenticationSASLFinal); for mechanisms
   * that say something there. The client is told that it is logged in later, by Postern.
   */
  void succeed(Bytes data);
}
