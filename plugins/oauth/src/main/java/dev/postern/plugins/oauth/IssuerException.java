package dev.postern.plugins.oauth;

import org.jspecify.annotations.Nullable;

/** The issuer does not answer, or not as it should: nothing can be decided. */
final class IssuerException extends Exception {
  private static final long serialVersionUID = 1L;

  IssuerException(String message) {
    this(message, null);
  }

  IssuerException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
