package dev.postern.proxy.scram;

/**
 * The client's side of an exchange was ended because of what the server sent. The message is for
 * the operator and holds no secret.
 */
public final class ScramException extends Exception {
  private static final long serialVersionUID = 1L;

  ScramException(String message) {
    super(message);
  }
}
