package dev.postern.api.auth;

import dev.postern.api.Secret;
import dev.postern.api.session.ClientInfo;
import dev.postern.api.session.StartupParameters;
import java.util.List;

/**
 * The conversation between Postern and a client that wants to log in. One method that asks the
 * client may be called, once; where several authenticators have to agree, by one of them. Used by
 * the login's thread only.
 */
public interface AuthenticationExchange {
  ClientInfo client();

  StartupParameters startup();

  /**
   * Asks for a proof by SCRAM-SHA-256, or SCRAM-SHA-256-PLUS with channel binding {@code
   * tls-server-end-point} over TLS (RFC 5802, 7677, 5929; PostgreSQL documentation, "SASL
   * Authentication").
   *
   * @param verifiers any of these may be proved; all have the same salt and iteration count. Empty
   *     (no such user, disabled, expired): the exchange runs all the same against a mock verifier
   *     that can never be proved, and ends in the same exception at the same time
   * @return which verifier was proved, and the keys that the proof gives
   * @throws AuthenticationException {@code 28P01} if the proof is wrong, {@code 08P01} if the
   *     client broke the protocol or went away
   * @throws IllegalArgumentException if the verifiers differ in salt or iteration count
   */
  ScramProof scramSha256(List<ScramVerifier> verifiers) throws AuthenticationException;

  /**
   * Asks for the password itself (AuthenticationCleartextPassword).
   *
   * @return the password; the caller closes it
   * @throws AuthenticationException {@code 28000} if the connection is not encrypted (nothing is
   *     asked then), {@code 28P01} if the password is empty, {@code 08P01} if the client broke the
   *     protocol or went away
   */
  Secret cleartextPassword() throws AuthenticationException;

  /**
   * Begins a SASL exchange of a mechanism that Postern does not know itself, such as OAUTHBEARER.
   * Whether the connection is encrypted is in {@link #client()}: a mechanism that shows a secret
   * must not be offered on one that is not.
   *
   * @param mechanisms names as registered with IANA, the preferred one first; none of SCRAM
   * @throws AuthenticationException {@code 08P01} if the client chose none of them, broke the
   *     protocol or went away
   * @throws IllegalArgumentException if there is no mechanism, or one of SCRAM
   */
  SaslExchange sasl(List<String> mechanisms) throws AuthenticationException;

  /**
   * Lets another authenticator of the configuration decide. It counts as asking the client.
   *
   * @param authenticator an instance of the configuration, by its name
   * @return what that one says
   * @throws AuthenticationException what that one throws, or {@code 28000} if there is none of this
   *     name, or it has been asked in this login already
   */
  AuthenticatedUser delegate(String authenticator) throws AuthenticationException;
}
