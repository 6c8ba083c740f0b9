package dev.postern.proxy.tls;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A certificate, key or provider that cannot be used. The message names the file, the reason and
 * what to do about it; it never holds any part of a key.
 */
public final class TlsConfigurationException extends Exception {
  private static final long serialVersionUID = 1L;

  TlsConfigurationException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  static TlsConfigurationException of(Path file, String reason, String remedy) {
    return new TlsConfigurationException(file + ": " + reason + " (" + remedy + ")", null);
  }
}
