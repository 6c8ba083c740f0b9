package dev.postern.plugins.rules;

import org.jspecify.annotations.Nullable;

/** Whether a line is for a login cannot be told, so the login is refused. */
final class UndecidedException extends Exception {
  private static final long serialVersionUID = 1L;

  UndecidedException(String reason, @Nullable Throwable cause) {
    super(reason, cause);
  }
}
