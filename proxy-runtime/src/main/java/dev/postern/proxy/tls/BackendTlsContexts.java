package dev.postern.proxy.tls;

import dev.postern.api.routing.BackendTls;
import dev.postern.proxy.config.FileStamps;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TLS towards PostgreSQL servers. Keeps one context for each {@link BackendTls} that routes use and
 * makes it anew when its files change; if the changed ones cannot be used, that is logged once and
 * the context from before stays. Thread-safe. Connections that are open when it is closed stay
 * usable.
 */
public final class BackendTlsContexts implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(BackendTlsContexts.class);

  private static final Duration CHECK_PAUSE = Duration.ofSeconds(1);

  /** For a caller without a deadline. */
  private static final Duration HANDSHAKE_TIMEOUT = Duration.ofSeconds(60);

  private final TlsRuntime runtime;
  private final Duration checkPause;
  private final ConcurrentHashMap<BackendTls, Entry> entries = new ConcurrentHashMap<>();

  /**
   * Given to engines as their peer's port, by which the JDK finds sessions to resume: none. What
   * PostgreSQL never does, another proxy might, and then a resumed session could show an older
   * certificate than the one that SCRAM-SHA-256-PLUS binds to.
   */
  private final AtomicInteger connections = new AtomicInteger();

  private volatile boolean closed;

  public BackendTlsContexts(TlsRuntime runtime) {
    this(runtime, CHECK_PAUSE);
  }

  BackendTlsContexts(TlsRuntime runtime, Duration checkPause) {
    this.runtime = runtime;
    this.checkPause = checkPause;
  }

  /**
   * Reads the files as a connection would, and keeps nothing.
   *
   * @throws TlsConfigurationException if they cannot be used
   */
  public static void check(BackendTls tls) throws TlsConfigurationException {
    if (tls.mode() == BackendTls.Mode.DISABLE) {
      return;
    }
    BackendTrust.of(tls);
    if (tls.certificate() != null) {
      Identity.read(tls.certificate(), Objects.requireNonNull(tls.key(), "key"));
    }
  }

  /**
   * A handler for a new connection to a server that has agreed to TLS, or is spoken to in TLS
   * directly. It sends the host as SNI unless that is an address, and offers ALPN {@code
   * postgresql}. May read files, so it is not for an event loop. Whoever asks puts the handler into
   * a pipeline, or its native memory leaks.
   *
   * @param tls any mode but {@link BackendTls.Mode#DISABLE}
   * @param host as configured; with {@link BackendTls.Mode#VERIFY_FULL} the certificate must be for
   *     it
   * @throws TlsConfigurationException if files cannot be used and never could
   * @throws IllegalStateException after {@link #close}
   */
  public SslHandler newHandler(BackendTls tls, String host, ByteBufAllocator allocator)
      throws TlsConfigurationException {
    Entry entry = entries.computeIfAbsent(tls, Entry::new);
    SslHandler handler;
    synchronized (entry) {
      if (closed) {
        throw new IllegalStateException("TLS towards servers is closed");
      }
      handler =
          entry
              .context()
              .newHandler(
                  allocator,
                  host,
                  connections.incrementAndGet() & Integer.MAX_VALUE,
                  runtime.handshakes());
    }
    handler.setHandshakeTimeoutMillis(HANDSHAKE_TIMEOUT.toMillis());
    sendServerName(handler.engine(), host);
    return handler;
  }

  /**
   * The channel binding of a server's certificate, for SCRAM-SHA-256-PLUS; to be called after the
   * handshake, while the connection is open.
   */
  public static Optional<EndpointBinding> binding(SslHandler handler) {
    try {
      Certificate[] chain = handler.engine().getSession().getPeerCertificates();
      return chain.length > 0 && chain[0] instanceof X509Certificate own
          ? EndpointBinding.of(own)
          : Optional.empty();
    } catch (SSLPeerUnverifiedException none) {
      return Optional.empty();
    }
  }

  /** Netty and the JDK leave out names without a dot; libpq sends them. */
  private static void sendServerName(SSLEngine engine, String host) {
    String name = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
    if (isAddress(name)) {
      return;
    }
    try {
      SSLParameters parameters = engine.getSSLParameters();
      parameters.setServerNames(List.of(new SNIHostName(name)));
      engine.setSSLParameters(parameters);
    } catch (IllegalArgumentException notAHostName) {
      // Java sends no names with underscores; then the server has to do without.
    }
  }

  private static boolean isAddress(String host) {
    try {
      InetAddress.ofLiteral(host);
      return true;
    } catch (IllegalArgumentException name) {
      return false;
    }
  }

  /** Lets go of all contexts. */
  @Override
  public void close() {
    closed = true;
    for (Entry entry : entries.values()) {
      synchronized (entry) {
        entry.release();
      }
    }
  }

  /** One kept context; guarded by itself. */
  private final class Entry {
    private final BackendTls tls;
    private final List<Path> files;
    private @Nullable SslContext context;
    private FileStamps considered = new FileStamps(List.of());
    private long checkedAt;

    Entry(BackendTls tls) {
      this.tls = tls;
      this.files =
          Stream.of(tls.rootCertificate(), tls.certificate(), tls.key())
              .flatMap(Stream::ofNullable)
              .toList();
    }

    SslContext context() throws TlsConfigurationException {
      SslContext known = context;
      long now = System.nanoTime();
      if (known != null && (files.isEmpty() || now - checkedAt < checkPause.toNanos())) {
        return known;
      }
      FileStamps seen = FileStamps.of(files);
      checkedAt = now;
      if (known != null && seen.equals(considered)) {
        return known;
      }
      considered = seen;
      try {
        SslContext made = make();
        release();
        context = made;
        return made;
      } catch (TlsConfigurationException e) {
        if (known == null) {
          throw e;
        }
        log.atError()
            .addKeyValue("reason", e.getMessage())
            .log("Changed TLS files for a backend cannot be used; those from before stay");
        return known;
      }
    }

    private SslContext make() throws TlsConfigurationException {
      Identity identity = identity();
      TlsProvider provider = runtime.provider();
      try {
        return SslContexts.client(
            identity == null ? provider : SslContexts.providerFor(identity, provider),
            identity,
            BackendTrust.of(tls));
      } catch (SSLException | GeneralSecurityException e) {
        throw new TlsConfigurationException("TLS towards backends: " + e.getMessage(), e);
      }
    }

    private @Nullable Identity identity() throws TlsConfigurationException {
      if (tls.certificate() == null) {
        return null;
      }
      Identity identity =
          Identity.read(tls.certificate(), Objects.requireNonNull(tls.key(), "key"));
      identity
          .outOfDate(Instant.now())
          .ifPresent(
              warning ->
                  log.atWarn()
                      .addKeyValue("certificate", tls.certificate())
                      .log("Backends will refuse it: {}", warning));
      return identity;
    }

    void release() {
      if (context != null) {
        ReferenceCountUtil.release(context);
        context = null;
      }
    }
  }
}
