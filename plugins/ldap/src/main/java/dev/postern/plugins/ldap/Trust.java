package dev.postern.plugins.ldap;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whose certificates count. The file is read again when it has changed; one that cannot be used
 * leaves what was read before in service. Safe for use by many threads.
 */
final class Trust {
  /** Room for some hundred CAs; keeps a mistaken path from being read whole. */
  private static final int LARGEST_FILE = 4 << 20;

  private static final Logger log = LoggerFactory.getLogger(Trust.class);

  private final @Nullable Path file;
  private final String instance;
  private @Nullable KeyStore store;

  /** Made at the first use: a start need not wait for the JDK's own CAs. */
  private @Nullable SSLContext context;

  private @Nullable FileTime readAt;

  Trust(@Nullable Path file, String instance) {
    this.file = file;
    this.instance = instance;
    try {
      this.readAt = file == null ? null : Files.getLastModifiedTime(file);
      this.store = file == null ? null : read(file);
    } catch (IOException | UnusableException e) {
      throw new IllegalStateException("no TLS: " + e.getMessage(), e);
    }
  }

  /** The file has no certificates that can be used. */
  static final class UnusableException extends Exception {
    private static final long serialVersionUID = 1L;

    UnusableException(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }

  /** For one connection. Not to be shared: the library locks it during a handshake. */
  SSLSocketFactory sockets() {
    return new CheckedSockets(current().getSocketFactory());
  }

  private synchronized SSLContext current() {
    try {
      if (file != null && !Files.getLastModifiedTime(file).equals(readAt)) {
        readAt = Files.getLastModifiedTime(file);
        context = contextOf(read(file));
        log.atInfo().addKeyValue("plugin", instance).addKeyValue("file", file).log("read again");
      }
    } catch (IOException | GeneralSecurityException | UnusableException e) {
      log.atWarn()
          .addKeyValue("plugin", instance)
          .addKeyValue("file", file)
          .addKeyValue("reason", e.getMessage())
          .log("cannot be used; what was read before stays in service");
    }
    SSLContext made = context;
    if (made == null) {
      made = first();
      context = made;
      store = null;
    }
    return made;
  }

  private SSLContext first() {
    try {
      return contextOf(store);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("no TLS: " + e.getMessage(), e);
    }
  }

  static KeyStore read(Path file) throws UnusableException {
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new UnusableException("is no regular file: " + file, null);
    }
    try (InputStream in = Files.newInputStream(file)) {
      byte[] content = in.readNBytes(LARGEST_FILE + 1);
      if (content.length > LARGEST_FILE) {
        throw new UnusableException("larger than 4 MiB: " + file, null);
      }
      Collection<? extends Certificate> certificates =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(content));
      if (certificates.isEmpty()) {
        throw new UnusableException("holds no certificate: " + file, null);
      }
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      for (Certificate certificate : certificates) {
        store.setCertificateEntry("ca" + store.size(), certificate);
      }
      return store;
    } catch (IOException e) {
      throw new UnusableException("file not found or not readable: " + file, e);
    } catch (CertificateException e) {
      throw new UnusableException(
          "holds something else than certificates (expected: PEM): " + file, e);
    } catch (GeneralSecurityException e) {
      throw new UnusableException("cannot be used: " + file + ": " + e.getMessage(), e);
    }
  }

  private static SSLContext contextOf(@Nullable KeyStore store) throws GeneralSecurityException {
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }
}
