package dev.postern.proxy.relay;

/** A declared message that cannot be decoded. */
final class MalformedMessageException extends Exception {
  private static final long serialVersionUID = 1L;

  MalformedMessageException(Exception cause) {
    super(cause.getMessage(), cause);
  }
}
