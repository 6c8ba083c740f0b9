package dev.postern.proxy.backend;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A server was reached, and there can be no TLS with it as the route demands. */
final class BackendTlsException extends IOException {
  private static final long serialVersionUID = 1L;

  BackendTlsException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
