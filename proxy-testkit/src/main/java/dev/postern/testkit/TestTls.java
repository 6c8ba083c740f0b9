package dev.postern.testkit;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** TLS contexts of the JDK for the scripted peers. */
public final class TestTls {
  private static final char[] NO_PASSWORD = new char[0];

  private TestTls() {}

  /** For a server that shows this certificate, and asks for none. */
  public static SSLContext server(TestCertificate identity) {
    return context(keyManagers(identity), null);
  }

  /** For a server that shows this certificate and trusts client certificates of an authority. */
  public static SSLContext server(TestCertificate identity, TestCertificate clientAuthority) {
    return context(keyManagers(identity), trusting(clientAuthority));
  }

  /** For a client that trusts an authority only. */
  public static SSLContext client(TestCertificate authority) {
    return context(null, trusting(authority));
  }

  /**
   * For a client that trusts an authority only, and shows its certificate whatever the server asks
   * for.
   */
  public static SSLContext client(TestCertificate authority, TestCertificate identity) {
    return context(keyManagers(identity), trusting(authority));
  }

  /** For a client that takes any certificate. */
  public static SSLContext trustingAll() {
    return context(null, new TrustManager[] {new TrustAll()});
  }

  private static SSLContext context(KeyManager @Nullable [] keys, TrustManager @Nullable [] trust) {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys, trust, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static KeyManager[] keyManagers(TestCertificate identity) {
    return new KeyManager[] {new InsistentKeyManager(identity)};
  }

  private static TrustManager[] trusting(TestCertificate authority) {
    try {
      KeyStore store = emptyStore();
      store.setCertificateEntry("authority", authority.certificate());
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(store);
      return factory.getTrustManagers();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static KeyStore emptyStore() throws GeneralSecurityException {
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, NO_PASSWORD);
      return store;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static final class TrustAll implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
