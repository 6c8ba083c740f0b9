package dev.postern.api.routing.settings;

import dev.postern.api.routing.BackendTls;
import dev.postern.api.routing.BackendTls.Mode;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * TLS towards a server, in the words of libpq.
 *
 * @param mode libpq's {@code sslmode}; {@code null}: verify-full where a root certificate is given,
 *     else require, or prefer on loopback
 * @param rootCertificate PEM file of the CAs that are trusted; {@code null}: the Java platform's
 * @param certificate PEM file of the chain that Postern shows to the server, or {@code null}
 * @param key PEM file of the certificate's private key, or {@code null}
 */
public record TlsSettings(
    @Nullable Mode mode,
    @Nullable Path rootCertificate,
    @Nullable Path certificate,
    @Nullable Path key) {
  public TlsSettings {
    if ((certificate == null) != (key == null)) {
      throw new IllegalArgumentException(
          "certificate and key belong together (expected: both or neither)");
    }
    if (mode == Mode.DISABLE && (rootCertificate != null || certificate != null)) {
      throw new IllegalArgumentException("mode: disable, but certificates are given");
    }
    mustBeReadable("root-certificate", rootCertificate);
    mustBeReadable("certificate", certificate);
    mustBeReadable("key", key);
    if (rootCertificate != null) {
      PemCertificates.mustBeIn(rootCertificate, "root-certificate");
    }
  }

  /**
   * The same as routes have it.
   *
   * @param usual the mode where neither a mode nor a root certificate is written
   */
  public BackendTls toBackendTls(Mode usual) {
    Mode unset = rootCertificate == null ? usual : Mode.VERIFY_FULL;
    return new BackendTls(mode == null ? unset : mode, rootCertificate, certificate, key);
  }

  private static void mustBeReadable(String name, @Nullable Path file) {
    if (file != null && !Files.isReadable(file)) {
      throw new IllegalArgumentException(name + ": file not found or not readable: " + file);
    }
    if (file != null && !Files.isRegularFile(file)) {
      throw new IllegalArgumentException(name + ": is no regular file: " + file);
    }
  }
}
