package dev.postern.proxy.server;

import org.jspecify.annotations.Nullable;

/** Postern cannot start. The message says what is wrong, where, and what to do. */
public final class StartException extends Exception {
  private static final long serialVersionUID = 1L;

  StartException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
