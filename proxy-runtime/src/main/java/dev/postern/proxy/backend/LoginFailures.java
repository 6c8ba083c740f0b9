package dev.postern.proxy.backend;

import dev.postern.api.FailureKind;
import dev.postern.api.SessionException;
import dev.postern.api.SqlState;
import dev.postern.proxy.scram.ScramException;
import org.jspecify.annotations.Nullable;

/**
 * Why Postern could not log in to a server. The client has proved itself and can do nothing about
 * it, so it hears one sentence; the operator hears what is missing and what to do.
 */
final class LoginFailures {
  /** What a refusal means after the client's own key was sent. */
  static final String KEY_REFUSED =
      "; the client's own key was sent, since the server's verifier has the salt and the iteration count of the user's in"
          + " Postern; if the password is what it refuses, the secret differs: import the server's verifier again (postern user"
          + " import)";

  /** What a refusal means after a password was sent. */
  static final String PASSWORD_REFUSED =
      "; the password of the route or of the user's mapping was sent";

  private static final String CLIENT_MESSAGE = "the gateway could not log in to the server";

  private LoginFailures() {}

  static SessionException noPassword(String role, String asked) {
    return refused(
        FailureKind.PROXY,
        "the server asks role \""
            + role
            + "\" for "
            + asked
            + ", and there is no password for it: give the route a password, or the user a mapping with one",
        null);
  }

  static SessionException noKey(String role) {
    return refused(
        FailureKind.PROXY,
        "the server asks role \""
            + role
            + "\" for SCRAM, and there is neither a key of the client's (the route does not allow it, or the client did not"
            + " log in by SCRAM) nor a password: give the route a password, or the user a mapping with one",
        null);
  }

  /**
   * @param difference in which the server's verifier is not the user's
   */
  static SessionException otherVerifier(String role, String difference) {
    return refused(
        FailureKind.PROXY,
        "the server's verifier of role \""
            + role
            + "\" differs from the user's in Postern in "
            + difference
            + ", or the role does not exist there (PostgreSQL hides that behind a salt that it makes up), and there is no"
            + " password for it: create the role, or import the server's verifier (postern user import), or give the route a"
            + " password, or the user a mapping with one",
        null);
  }

  static SessionException cleartextWithoutTls() {
    return refused(
        FailureKind.BACKEND,
        "the server asks for the password in clear over a connection without TLS: nothing was sent."
            + " Let the route use TLS, or the server ask for SCRAM",
        null);
  }

  static SessionException unsupported(String method) {
    return refused(
        FailureKind.BACKEND,
        "the server asks for "
            + method
            + ", which Postern does not speak (expected: SCRAM, a password, a certificate, or trust)",
        null);
  }

  static SessionException scram(ScramException cause) {
    return refused(FailureKind.BACKEND, "the SCRAM login failed: " + cause.getMessage(), cause);
  }

  private static SessionException refused(
      FailureKind kind, String detail, @Nullable Throwable cause) {
    return new SessionException(
        SqlState.INVALID_AUTHORIZATION, kind, CLIENT_MESSAGE, detail, cause);
  }
}
