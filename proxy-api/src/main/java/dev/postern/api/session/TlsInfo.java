package dev.postern.api.session;

import java.security.cert.X509Certificate;
import org.jspecify.annotations.Nullable;

/**
 * The client's TLS connection.
 *
 * @param protocol as the TLS provider names it, such as {@code TLSv1.3}
 * @param cipher the cipher suite
 * @param serverName the host name that the client asked for (SNI), in lower case, or {@code null}
 * @param clientCertificate the client's certificate, verified against the listener's client CA, or
 *     {@code null} where it gave none
 */
public record TlsInfo(
    String protocol,
    String cipher,
    @Nullable String serverName,
    @Nullable X509Certificate clientCertificate) {
  /** The certificate's subject as an RFC 2253 distinguished name, or {@code null} without one. */
  public @Nullable String subject() {
    return clientCertificate == null ? null : clientCertificate.getSubjectX500Principal().getName();
  }
}
