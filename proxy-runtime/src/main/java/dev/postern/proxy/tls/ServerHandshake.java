package dev.postern.proxy.tls;

import dev.postern.api.session.TlsInfo;
import io.netty.handler.ssl.SslHandler;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Locale;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * TLS of one client connection: a handler, and the certificate that exactly this handler shows
 * however often the listener's files change meanwhile.
 *
 * @param handler to be put into the client's pipeline; the pipeline releases what it holds. Its
 *     handshake timeout is a safety net: the deadline of the login is the caller's
 * @param context the certificate and its channel binding
 */
public record ServerHandshake(SslHandler handler, TlsContext context) {
  /** Whether ALPN agreed on {@code postgresql}: without it, direct TLS has to be refused. */
  public boolean agreedOnPostgresql() {
    return SslContexts.POSTGRESQL.equals(handler.applicationProtocol());
  }

  /** What is known of the connection; to be called after the handshake, while it is open. */
  public TlsInfo info() {
    SSLEngine engine = handler.engine();
    SSLSession session = engine.getSession();
    boolean asked = engine.getNeedClientAuth() || engine.getWantClientAuth();
    return new TlsInfo(
        session.getProtocol(),
        session.getCipherSuite(),
        serverName(session),
        asked ? clientCertificate(session) : null);
  }

  private static @Nullable String serverName(SSLSession session) {
    if (!(session instanceof ExtendedSSLSession extended)) {
      return null;
    }
    try {
      for (SNIServerName name : extended.getRequestedServerNames()) {
        if (name instanceof SNIHostName host) {
          return host.getAsciiName().toLowerCase(Locale.ROOT);
        }
      }
      return null;
    } catch (IllegalArgumentException notAHostName) {
      return null; // clients may write anything there, and BoringSSL passes it on unchecked
    }
  }

  private static @Nullable X509Certificate clientCertificate(SSLSession session) {
    try {
      Certificate[] chain = session.getPeerCertificates();
      return chain.length > 0 && chain[0] instanceof X509Certificate own ? own : null;
    } catch (SSLPeerUnverifiedException none) {
      return null;
    }
  }
}
