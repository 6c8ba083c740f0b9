package dev.postern.plugins.rules;

/** A file that cannot be used as it is. The message begins with file and line. */
final class BrokenFileException extends Exception {
  private static final long serialVersionUID = 1L;

  BrokenFileException(Place place, String reason) {
    super(place + ": " + reason);
  }

  BrokenFileException(Place place, String reason, Throwable cause) {
    super(place + ": " + reason, cause);
  }
}
