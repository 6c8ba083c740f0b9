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
      default -> explained(String.valueOf(root.getMessage()));
    };
  }

  /** BoringSSL takes a TLS 1.3 client's alert for a damaged packet, if it comes in clear. */
  private static String explained(String reason) {
    return reason.contains("BAD_PACKET_LENGTH")
        ? reason + " (as where the client does not trust the certificate)"
        : reason;
  }
}
