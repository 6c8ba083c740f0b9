package dev.postern.api.routing;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * TLS towards a server, with the meaning of libpq's parameters of the same names (PostgreSQL
 * documentation, "SSL Support").
 *
 * @param mode what is required of it
 * @param rootCertificate PEM file with the CAs that may have signed the server's certificate;
 *     {@code null}: the Java platform's
 * @param certificate PEM file with the certificate chain that Postern shows to the server, or
 *     {@code null} for none
 * @param key PEM file with the private key of {@code certificate} (PKCS#8, unencrypted), or {@code
 *     null}
 */
public record BackendTls(
    Mode mode, @Nullable Path rootCertificate, @Nullable Path certificate, @Nullable Path key) {
  public static final BackendTls DISABLED = new BackendTls(Mode.DISABLE, null, null, null);

  /** libpq's {@code sslmode}. */
  public enum Mode {
    /** Never TLS. */
    DISABLE,
    /** TLS if the server has it; its certificate is not checked. */
    PREFER,
    /** TLS or nothing; the certificate is not checked. */
    REQUIRE,
    /** TLS, with a certificate signed by a trusted CA. */
    VERIFY_CA,
    /** TLS, with a certificate signed by a trusted CA for the host's name. */
    VERIFY_FULL
  }

  public BackendTls {
    if ((certificate == null) != (key == null)) {
      throw new IllegalArgumentException(
          "certificate and key belong together: set both or neither");
    }
  }
}
