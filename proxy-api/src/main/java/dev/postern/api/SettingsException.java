package dev.postern.api;

/**
 * A file of settings, or what a configuration says, cannot be used. The message has one line for
 * each problem, with file, line and column, and is fit for the operator; it holds no secret.
 */
public final class SettingsException extends Exception {
  private static final long serialVersionUID = 1L;

  public SettingsException(String message) {
    super(message);
  }

  public SettingsException(String message, Throwable cause) {
    super(message, cause);
  }
}
