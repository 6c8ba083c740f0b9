package dev.postern.proxy.tls;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.ReferenceCountedOpenSslContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Netty's contexts, made the same way for either provider. Those of BoringSSL are native memory
 * with a reference count; every connection holds one reference of its own.
 *
 * <p>They keep the key in native form, instead of parsing it for each handshake, as long as the key
 * manager gives the same objects. {@code OpenSslCachingX509KeyManagerFactory} would do that once
 * more, and in Netty 4.2.18 loses a reference to the key where two first handshakes meet.
 */
final class SslContexts {
  /** The ALPN name of the PostgreSQL protocol. */
  static final String POSTGRESQL = "postgresql";

  /**
   * Forward secret and authenticated only. The cheaper AES comes first; TLS 1.3 leaves the choice
   * to the library. Lists of both versions, since Netty reads the kinds of key from them.
   */
  private static final List<String> CIPHERS =
      List.of(
          "TLS_AES_128_GCM_SHA256",
          "TLS_AES_256_GCM_SHA384",
          "TLS_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

  /** Agrees on no protocol where the peer offers none or others; callers look at the outcome. */
  private static final ApplicationProtocolConfig ALPN =
      new ApplicationProtocolConfig(
          Protocol.ALPN,
          SelectorFailureBehavior.NO_ADVERTISE,
          SelectedListenerFailureBehavior.ACCEPT,
          POSTGRESQL);

  /** How long a client may resume: also how long its certificate may be out of date. */
  private static final Duration RESUMABLE = Duration.ofHours(1);

  /** For the few clients of TLS 1.2 that resume without tickets. */
  private static final int STATEFUL_SESSIONS = 1024;

  private static final List<String> TLS_1_2_AND_UP = List.of("TLSv1.3", "TLSv1.2");
  private static final List<String> TLS_1_3 = List.of("TLSv1.3");

  private SslContexts() {}

  /** BoringSSL signs with RSA and NIST curves only. */
  static TlsProvider providerFor(Identity identity, TlsProvider preferred) {
    return switch (identity.key().getAlgorithm()) {
      case "RSA", "EC" -> preferred;
      default -> TlsProvider.JDK;
    };
  }

  static SslContext server(
      TlsProvider provider,
      X509ExtendedKeyManager keys,
      ClientAuth clientAuth,
      X509ExtendedTrustManager clients,
      boolean tls13Only)
      throws SSLException, GeneralSecurityException {
    List<String> protocols = tls13Only ? TLS_1_3 : TLS_1_2_AND_UP;
    if (provider == TlsProvider.JDK) {
      // The JDK lets TLS 1.2 clients renegotiate at will, which costs them little and the server a
      // handshake each time. BoringSSL and PostgreSQL refuse. Read once, before the first
      // handshake.
      System.getProperties().putIfAbsent("jdk.tls.rejectClientInitiatedRenegotiation", "true");
      SSLContext jdk = jdkContext(keys, clients);
      jdk.getServerSessionContext().setSessionCacheSize(STATEFUL_SESSIONS);
      jdk.getServerSessionContext().setSessionTimeout(Math.toIntExact(RESUMABLE.toSeconds()));
      return netty(jdk, false, clientAuth, protocols);
    }
    SslContext context =
        SslContextBuilder.forServer(keys)
            .sslProvider(SslProvider.OPENSSL_REFCNT)
            .trustManager(clients)
            .clientAuth(clientAuth)
            .protocols(protocols)
            .ciphers(CIPHERS)
            .applicationProtocolConfig(ALPN)
            .sessionTimeout(RESUMABLE.toSeconds())
            .build();
    OpenSslSessionContext sessions = ((ReferenceCountedOpenSslContext) context).sessionContext();
    sessions.setTicketKeys(); // BoringSSL makes and rotates its own, for this context only
    sessions.setSessionCacheEnabled(false);
    return context;
  }

  /** A client that keeps no sessions; see {@link BackendTlsContexts}. */
  static SslContext client(
      TlsProvider provider, @Nullable Identity identity, X509ExtendedTrustManager servers)
      throws SSLException, GeneralSecurityException {
    IdentityKeyManager keys = identity == null ? null : new IdentityKeyManager(identity);
    if (provider == TlsProvider.JDK) {
      SSLContext jdk = jdkContext(keys, servers);
      jdk.getClientSessionContext().setSessionCacheSize(1);
      return netty(jdk, true, ClientAuth.NONE, TLS_1_2_AND_UP);
    }
    SslContextBuilder builder =
        SslContextBuilder.forClient()
            .sslProvider(SslProvider.OPENSSL_REFCNT)
            .trustManager(servers)
            .endpointIdentificationAlgorithm(null) // the trust manager knows libpq's rules
            .protocols(TLS_1_2_AND_UP)
            .ciphers(CIPHERS)
            .applicationProtocolConfig(ALPN);
    if (keys != null) {
      builder.keyManager(keys);
    }
    SslContext context = builder.build();
    ((ReferenceCountedOpenSslContext) context).sessionContext().setSessionCacheEnabled(false);
    return context;
  }

  private static SSLContext jdkContext(
      @Nullable X509ExtendedKeyManager keys, X509ExtendedTrustManager trust)
      throws GeneralSecurityException {
    SSLContext context = SSLContext.getInstance("TLS");
    KeyManager[] own = keys == null ? new KeyManager[0] : new KeyManager[] {keys};
    context.init(own, new TrustManager[] {trust}, null);
    return context;
  }

  private static SslContext netty(
      SSLContext jdk, boolean client, ClientAuth clientAuth, List<String> protocols) {
    return new JdkSslContext(
        jdk,
        client,
        CIPHERS,
        SupportedCipherSuiteFilter.INSTANCE,
        ALPN,
        clientAuth,
        protocols.toArray(String[]::new),
        false);
  }
}
