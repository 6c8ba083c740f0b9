package dev.postern.proxy.tls;

import dev.postern.api.routing.BackendTls;
import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** Checks a PostgreSQL server's certificate as libpq's {@code sslmode} says. */
final class BackendTrust extends X509ExtendedTrustManager {
  private final @Nullable X509ExtendedTrustManager authorities;
  private final boolean checksHost;

  private BackendTrust(@Nullable X509ExtendedTrustManager authorities, boolean checksHost) {
    this.authorities = authorities;
    this.checksHost = checksHost;
  }

  /**
   * With a root certificate, {@code prefer} and {@code require} check the chain too; and {@code
   * verify-ca} is refused with the platform's authorities, since whoever has a certificate of his
   * own from any of them would pass.
   */
  static BackendTrust of(BackendTls tls) throws TlsConfigurationException {
    return switch (tls.mode()) {
      case DISABLE -> throw new IllegalArgumentException("a connection without TLS");
      case PREFER, REQUIRE ->
          new BackendTrust(
              tls.rootCertificate() == null ? null : TrustStores.read(tls.rootCertificate()),
              false);
      case VERIFY_CA -> {
        if (tls.rootCertificate() == null) {
          throw new TlsConfigurationException(
              "verify-ca without a root certificate accepts every server that any public authority"
                  + " has signed (give a root certificate, or use verify-full)",
              null);
        }
        yield new BackendTrust(TrustStores.read(tls.rootCertificate()), false);
      }
      case VERIFY_FULL ->
          new BackendTrust(
              tls.rootCertificate() == null
                  ? TrustStores.ofPlatform()
                  : TrustStores.read(tls.rootCertificate()),
              true);
    };
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    if (authorities == null) {
      return;
    }
    authorities.checkServerTrusted(chain, authType);
    chain[0].checkValidity(); // not looked at by the JDK where the certificate is its own root
    String host = engine.getPeerHost();
    if (checksHost && (host == null || !ServerNameCheck.isFor(chain[0], host))) {
      throw new CertificateException(
          "the server's certificate, for "
              + chain[0].getSubjectX500Principal()
              + ", is not for host \""
              + host
              + "\"");
    }
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    throw new CertificateException("no connection to check the server of");
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    checkServerTrusted(chain, authType);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    throw new CertificateException("servers are checked here, not clients");
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    checkClientTrusted(chain, authType);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    checkClientTrusted(chain, authType);
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return new X509Certificate[0];
  }
}
