package dev.postern.api.user;

/** The user store could not be read. */
public final class UserDirectoryException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public UserDirectoryException(String message, Throwable cause) {
    super(message, cause);
  }
}
