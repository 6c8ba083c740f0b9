package dev.postern.proxy.tls;

import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import javax.net.ssl.SSLException;

/** Why a handshake failed: TLS engines hide the reason at the end of a chain of causes. */
public final class HandshakeFailure {
  private HandshakeFailure() {}

  /** One line for the operator. */
  public static String reason(SSLException failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return switch (root) {
      case CertificateExpiredException e -> "the certificate has expired (" + e.getMessage() + ")";
      case CertificateNotYetValidException e ->
          "the certificate is not valid yet (" + e.getMessage() + ")";
      default -> String.valueOf(root.getMessage());
    };
  }
}
