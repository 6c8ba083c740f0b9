package dev.postern.plugins.oauth;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** Whose certificates count. */
final class Trust {
  /** Room for some hundred CAs; keeps a mistaken path from being read whole. */
  private static final int LARGEST_FILE = 4 << 20;

  private Trust() {}

  /** The messages begin with the configuration's key. */
  static void check(String key, Path file) {
    try {
      read(file);
    } catch (IssuerException e) {
      throw new IllegalArgumentException(key + ": " + e.getMessage(), e);
    }
  }

  /**
   * For connections to the issuer.
   *
   * @param file {@code null}: the CAs of the Java platform
   */
  static SSLContext context(@Nullable Path file) throws IssuerException {
    try {
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(file == null ? null : read(file));
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IssuerException("no TLS: " + e.getMessage(), e);
    }
  }

  private static KeyStore read(Path file) throws IssuerException {
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new IssuerException("is no regular file: " + file);
    }
    try (InputStream in = Files.newInputStream(file)) {
      byte[] content = in.readNBytes(LARGEST_FILE + 1);
      if (content.length > LARGEST_FILE) {
        throw new IssuerException("larger than 4 MiB: " + file);
      }
      Collection<? extends Certificate> certificates =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(content));
      if (certificates.isEmpty()) {
        throw new IssuerException("holds no certificate: " + file);
      }
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      for (Certificate certificate : certificates) {
        store.setCertificateEntry("ca" + store.size(), certificate);
      }
      return store;
    } catch (IOException e) {
      throw new IssuerException("file not found or not readable: " + file, e);
    } catch (CertificateException e) {
      throw new IssuerException(
          "holds something else than certificates (expected: PEM): " + file, e);
    } catch (GeneralSecurityException e) {
      throw new IssuerException("cannot be used: " + file + ": " + e.getMessage(), e);
    }
  }
}
