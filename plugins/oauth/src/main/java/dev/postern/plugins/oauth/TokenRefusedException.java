package dev.postern.plugins.oauth;

/**
 * A token lets nobody in. The message is for the operator, and holds nothing of the token itself.
 */
final class TokenRefusedException extends Exception {
  private static final long serialVersionUID = 1L;

  /** What the client is told (RFC 6750, section 3.1). */
  enum Status {
    INVALID_TOKEN("invalid_token"),
    INSUFFICIENT_SCOPE("insufficient_scope");

    private final String text;

    Status(String text) {
      this.text = text;
    }

    @Override
    public String toString() {
      return text;
    }
  }

  private final Status status;

  TokenRefusedException(String reason) {
    this(Status.INVALID_TOKEN, reason);
  }

  TokenRefusedException(Status status, String reason) {
    super(reason);
    this.status = status;
  }

  Status status() {
    return status;
  }
}
