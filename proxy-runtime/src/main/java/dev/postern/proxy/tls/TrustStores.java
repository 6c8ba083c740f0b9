package dev.postern.proxy.tls;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** The JDK's certification path checks, over given authorities or the platform's. */
final class TrustStores {
  private TrustStores() {}

  /**
   * Trusts the certificates in a PEM file and what they have signed.
   *
   * @throws TlsConfigurationException if the file cannot be read or holds none
   */
  static X509ExtendedTrustManager read(Path authorities) throws TlsConfigurationException {
    List<X509Certificate> certificates = Pem.certificates(authorities);
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      for (int i = 0; i < certificates.size(); i++) {
        store.setCertificateEntry("authority-" + i, certificates.get(i));
      }
      return trusting(store);
    } catch (GeneralSecurityException | IOException e) {
      throw new TlsConfigurationException(authorities + ": cannot be trusted: " + e, e);
    }
  }

  /** Trusts the authorities that come with this Java. */
  static X509ExtendedTrustManager ofPlatform() throws TlsConfigurationException {
    try {
      return trusting(null);
    } catch (GeneralSecurityException e) {
      throw new TlsConfigurationException("this Java's root certificates: " + e, e);
    }
  }

  private static X509ExtendedTrustManager trusting(@Nullable KeyStore store)
      throws GeneralSecurityException {
    TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
    factory.init(store);
    for (TrustManager manager : factory.getTrustManagers()) {
      if (manager instanceof X509ExtendedTrustManager extended) {
        return extended;
      }
    }
    throw new GeneralSecurityException("this Java has no PKIX trust manager");
  }
}
