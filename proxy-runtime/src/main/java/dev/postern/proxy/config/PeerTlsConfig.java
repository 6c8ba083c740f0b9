package dev.postern.proxy.config;

import dev.postern.api.routing.BackendTls;
import dev.postern.api.routing.BackendTls.Mode;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * TLS towards another node, in the words of libpq.
 *
 * @param mode libpq's {@code sslmode}; {@code null}: verify-full where a root certificate is given,
 *     else require, or prefer on loopback
 * @param rootCertificate PEM file of the CAs that are trusted; {@code null}: the Java platform's
 * @param certificate PEM file of the chain that is shown to a listener that asks, or {@code null}
 * @param key PEM file of the certificate's private key, or {@code null}
 */
public record PeerTlsConfig(
    @Nullable Mode mode,
    @Nullable Path rootCertificate,
    @Nullable Path certificate,
    @Nullable Path key) {

  /** Nothing set. */
  public static final PeerTlsConfig UNSET = new PeerTlsConfig(null, null, null, null);

  public PeerTlsConfig {
    new Rules()
        .require(certificate == null || key != null, "key: missing (certificate is set)")
        .require(key == null || certificate != null, "certificate: missing (key is set)")
        .require(
            mode != Mode.DISABLE || (rootCertificate == null && certificate == null),
            "mode: disable, but certificates are given")
        .enforce();
  }

  BackendTls toBackendTls(Mode usual) {
    Mode unset = rootCertificate == null ? usual : Mode.VERIFY_FULL;
    return new BackendTls(mode == null ? unset : mode, rootCertificate, certificate, key);
  }
}
