package dev.postern.proxy.server;

import org.jspecify.annotations.Nullable;

/** Postern cannot start. The message says what is wrong, where, and what to do. */
public final class StartException extends Exception {
  private static final long serialVersionUID = 1L;

  private final boolean misconfigured;

  StartException(String message, @Nullable Throwable cause) {
    this(message, cause, false);
  }

  private StartException(String message, @Nullable Throwable cause, boolean misconfigured) {
    super(message, cause);
    this.misconfigured = misconfigured;
  }

  /** Of what the configuration asks for, or of a plugin. */
  static StartException misconfigured(String message, Throwable cause) {
    return new StartException(message, cause, true);
  }

  /** Whether the configuration or a plugin is wrong: the next start would fail in the same way. */
  public boolean isMisconfigured() {
    return misconfigured;
  }
}
