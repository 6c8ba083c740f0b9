package dev.postern.proxy.tls;

import dev.postern.proxy.config.FileStamps;
import dev.postern.proxy.config.ListenerConfig;
import dev.postern.proxy.config.ListenerTlsConfig;
import dev.postern.proxy.config.ListenerTlsConfig.MinVersion;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Future;
import javax.net.ssl.SSLException;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TLS of one listener. Follows its files: when certificate, key or client authorities change and
 * fit together, new connections get the new ones, while open connections keep what they have. A
 * change that cannot be used is logged once and changes nothing. Thread-safe; whoever opens it
 * closes it, and connections that are open then stay usable.
 */
public final class ServerTls implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ServerTls.class);

  private static final Duration POLL_PAUSE = Duration.ofSeconds(2);

  /** For a caller without a deadline; PostgreSQL's authentication_timeout. */
  private static final Duration HANDSHAKE_TIMEOUT = Duration.ofSeconds(60);

  private final ListenerConfig listener;
  private final Path certificate;
  private final Path key;
  private final @Nullable Path clientCa;
  private final List<Path> files;
  private final TlsRuntime runtime;
  private final Future<?> watch;

  /** Guards {@code current} and {@code closed}: a context is not released while a handler forms. */
  private final Object lock = new Object();

  private Loaded current;
  private boolean closed;

  /** Of what {@code current} was made, or of what could not be used; of the poll thread. */
  private FileStamps considered;

  private FileStamps lastSeen;

  /** A Netty context and what may be known of it. */
  private record Loaded(TlsContext facts, SslContext ssl) {}

  private ServerTls(ListenerConfig listener, TlsRuntime runtime, Duration pollPause)
      throws TlsConfigurationException {
    this.listener = listener;
    certificate = Objects.requireNonNull(listener.tls().certificate(), "tls.certificate");
    key = Objects.requireNonNull(listener.tls().key(), "tls.key");
    clientCa = listener.tls().clientCa();
    files = clientCa == null ? List.of(certificate, key) : List.of(certificate, key, clientCa);
    this.runtime = runtime;
    generateIfAbsent();
    considered = FileStamps.of(files);
    lastSeen = considered;
    current = load(1);
    watch = runtime.watch(this::poll, pollPause);
  }

  /**
   * Reads the files, or makes them where that is configured and both are absent. Blocks for file
   * access and, at first, for loading the provider.
   *
   * @param listener one whose effective mode is not disabled
   * @throws TlsConfigurationException says which file, why, and what to do
   */
  public static ServerTls open(ListenerConfig listener, TlsRuntime runtime)
      throws TlsConfigurationException {
    return open(listener, runtime, POLL_PAUSE);
  }

  static ServerTls open(ListenerConfig listener, TlsRuntime runtime, Duration pollPause)
      throws TlsConfigurationException {
    return new ServerTls(listener, runtime, pollPause);
  }

  /**
   * Reads a listener's files as {@link #open} does, and makes and keeps nothing.
   *
   * @return why clients that check the certificate will refuse it
   * @throws TlsConfigurationException if they cannot be used
   */
  public static Optional<String> check(ListenerConfig listener) throws TlsConfigurationException {
    ListenerTlsConfig tls = listener.tls();
    Optional<String> warning = Optional.empty();
    Path certificate = tls.certificate();
    Path key = tls.key();
    if (certificate != null && key != null) {
      boolean absent = !Files.exists(certificate) && !Files.exists(key);
      if (!(absent && tls.effectiveGenerate())) {
        warning = Identity.read(certificate, key).outOfDate(Instant.now());
      }
    }
    Path clientCa = tls.clientCa();
    if (clientCa != null) {
      TrustStores.read(clientCa);
    }
    return warning;
  }

  /**
   * A handler for a new connection, with the current certificate. Does not block. Whoever asks puts
   * the handler into a pipeline, or its native memory leaks.
   *
   * @throws IllegalStateException after {@link #close}
   */
  public ServerHandshake newHandshake(ByteBufAllocator allocator) {
    synchronized (lock) {
      if (closed) {
        throw new IllegalStateException("the listener's TLS is closed");
      }
      SslHandler handler = current.ssl().newHandler(allocator, runtime.handshakes());
      handler.setHandshakeTimeoutMillis(HANDSHAKE_TIMEOUT.toMillis());
      return new ServerHandshake(handler, current.facts());
    }
  }

  /** What new connections get. */
  public TlsContext current() {
    synchronized (lock) {
      return current.facts();
    }
  }

  /**
   * Reads the files now, changed or not.
   *
   * @throws TlsConfigurationException if they cannot be used; what was there before stays
   */
  public synchronized void reload() throws TlsConfigurationException {
    Loaded next = load(current().generation() + 1);
    SslContext old;
    synchronized (lock) {
      old = closed ? next.ssl() : current.ssl();
      current = closed ? current : next;
    }
    ReferenceCountUtil.release(old);
    log.atInfo()
        .addKeyValue("certificate", certificate)
        .addKeyValue("subject", next.facts().certificate().getSubjectX500Principal())
        .addKeyValue("notAfter", next.facts().certificate().getNotAfter().toInstant())
        .log("TLS certificate reloaded");
  }

  /** Two files are never replaced at one moment: waits until they look the same twice. */
  private void poll() {
    FileStamps seen = FileStamps.of(files);
    boolean settled = seen.equals(lastSeen);
    lastSeen = seen;
    if (!settled || seen.equals(considered)) {
      return;
    }
    considered = seen;
    try {
      reload();
    } catch (TlsConfigurationException | RuntimeException e) {
      log.atError()
          .addKeyValue("certificate", certificate)
          .addKeyValue("reason", e.getMessage())
          .log("Changed TLS files cannot be used; the certificate from before stays");
    }
  }

  private Loaded load(long generation) throws TlsConfigurationException {
    Identity identity = Identity.read(certificate, key);
    identity
        .outOfDate(Instant.now())
        .ifPresent(
            warning ->
                log.atWarn()
                    .addKeyValue("certificate", certificate)
                    .log("Clients that check it will refuse to connect: {}", warning));
    TlsProvider provider = SslContexts.providerFor(identity, runtime.provider());
    try {
      SslContext ssl =
          SslContexts.server(
              provider,
              new IdentityKeyManager(identity),
              clientAuth(),
              trustedClients(),
              listener.tls().effectiveMinVersion() == MinVersion.TLS_1_3);
      return new Loaded(
          new TlsContext(
              generation,
              provider,
              identity.certificate(),
              EndpointBinding.of(identity.certificate())),
          ssl);
    } catch (SSLException | GeneralSecurityException e) {
      throw new TlsConfigurationException(
          certificate + ": " + provider + " cannot use it: " + e.getMessage(), e);
    }
  }

  private ClientAuth clientAuth() {
    return switch (listener.tls().effectiveClientCertificates()) {
      case NONE -> ClientAuth.NONE;
      case REQUEST -> ClientAuth.OPTIONAL;
      case REQUIRE -> ClientAuth.REQUIRE;
    };
  }

  private X509ExtendedTrustManager trustedClients() throws TlsConfigurationException {
    return clientCa == null ? new NobodyTrusted() : TrustStores.read(clientCa);
  }

  private void generateIfAbsent() throws TlsConfigurationException {
    boolean hasCertificate = Files.exists(certificate);
    boolean hasKey = Files.exists(key);
    if (!listener.tls().effectiveGenerate() || (hasCertificate && hasKey)) {
      return;
    }
    if (hasCertificate || hasKey) {
      Path present = hasCertificate ? certificate : key;
      Path missing = hasCertificate ? key : certificate;
      throw TlsConfigurationException.of(
          missing,
          "file not found, while " + present + " is there",
          "put it back, or move the other away so that a new pair is made");
    }
    try {
      SelfSignedCertificate.write(
          certificate, key, SelfSignedCertificate.namesFor(listener.host()));
      log.atInfo()
          .addKeyValue("certificate", certificate)
          .addKeyValue("sha256", fingerprint())
          .log("Made a self-signed certificate; clients can use it as their sslrootcert");
    } catch (IOException | GeneralSecurityException e) {
      throw new TlsConfigurationException(certificate + ": cannot be made: " + e.getMessage(), e);
    }
  }

  private String fingerprint() throws TlsConfigurationException, GeneralSecurityException {
    byte[] der = Pem.certificates(certificate).getFirst().getEncoded();
    byte[] hash = MessageDigest.getInstance("SHA-256").digest(der);
    return HexFormat.ofDelimiter(":").withUpperCase().formatHex(hash);
  }

  /** Stops following the files and lets go of the context; open connections keep theirs. */
  @Override
  public void close() {
    watch.cancel(false);
    SslContext last = null;
    synchronized (lock) {
      if (!closed) {
        closed = true;
        last = current.ssl();
      }
    }
    release(last);
  }

  private static void release(@Nullable SslContext context) {
    if (context != null) {
      ReferenceCountUtil.release(context);
    }
  }
}
