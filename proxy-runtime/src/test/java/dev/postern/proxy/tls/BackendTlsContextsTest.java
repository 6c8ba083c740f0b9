package dev.postern.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.postern.api.routing.BackendTls;
import dev.postern.api.routing.BackendTls.Mode;
import dev.postern.proxy.LeakWatch;
import dev.postern.proxy.config.ListenerConfig;
import dev.postern.proxy.config.ListenerTlsConfig;
import dev.postern.proxy.config.ListenerTlsConfig.ClientCertificates;
import dev.postern.proxy.config.TlsMode;
import dev.postern.proxy.tls.TestAuthority.Issued;
import dev.postern.proxy.tls.TestAuthority.PemPair;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** libpq's sslmode (PostgreSQL documentation, "SSL Support"), with each provider. */
@ParameterizedClass
@EnumSource
@ExtendWith(LeakWatch.class)
final class BackendTlsContextsTest {
  private static final String HOST = "db.example.org";

  private final TestAuthority authority = new TestAuthority("ca");
  private final TlsRuntime runtime;
  private final BackendTlsContexts contexts;
  private final MultiThreadIoEventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());

  private final ChannelGroup channels = new DefaultChannelGroup(loops.next());

  @TempDir private Path directory;

  BackendTlsContextsTest(TlsProvider provider) {
    assumeTrue(provider == TlsProvider.JDK || OpenSsl.isAvailable(), "BoringSSL does not load");
    runtime = new TlsRuntime(provider);
    contexts = new BackendTlsContexts(runtime, Duration.ZERO);
  }

  @AfterEach
  void stop() {
    channels.close().syncUninterruptibly();
    loops.submit(() -> {}).syncUninterruptibly(); // after what closing has put into the queue
    loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    contexts.close();
    runtime.close();
  }

  @ParameterizedTest(name = "{0} with root {1} to {2}: {3}")
  @CsvSource({
    "PREFER,      none,  other.example.org, true",
    "PREFER,      right, other.example.org, true",
    "PREFER,      wrong, other.example.org, false",
    "REQUIRE,     none,  other.example.org, true",
    "REQUIRE,     right, other.example.org, true",
    "REQUIRE,     wrong, db.example.org,    false",
    "VERIFY_CA,   right, other.example.org, true",
    "VERIFY_CA,   wrong, db.example.org,    false",
    "VERIFY_FULL, right, db.example.org,    true",
    "VERIFY_FULL, right, DB.Example.ORG,    true",
    "VERIFY_FULL, right, other.example.org, false",
    "VERIFY_FULL, right, 127.0.0.1,         false",
    "VERIFY_FULL, wrong, db.example.org,    false",
    "VERIFY_FULL, none,  db.example.org,    false",
  })
  void checksWhatTheModeSays(Mode mode, String root, String host, boolean accepted)
      throws Exception {
    try (EchoServer server = server(authority.issue(HOST))) {
      assertThat(connect(server, new BackendTls(mode, root(root), null, null), host).isSuccess())
          .isEqualTo(accepted);
    }
  }

  @ParameterizedTest
  @CsvSource({"127.0.0.1, true", "::1, true", "127.0.0.2, false", "db.example.org, false"})
  void verifyFullComparesAddresses(String host, boolean accepted) throws Exception {
    try (EchoServer server = server(authority.issue("127.0.0.1", "::1"))) {
      assertThat(connect(server, verifyFull(), host).isSuccess()).isEqualTo(accepted);
    }
  }

  @Test
  void verifyCaWithoutRootIsRefusedAsAnyPublicAuthorityWouldDo() {
    BackendTls tls = new BackendTls(Mode.VERIFY_CA, null, null, null);

    assertThatThrownBy(() -> contexts.newHandler(tls, HOST, allocator()))
        .isInstanceOf(TlsConfigurationException.class)
        .hasMessageContaining("verify-full");
  }

  @ParameterizedTest
  @EnumSource(names = {"VERIFY_CA", "VERIFY_FULL"})
  void refusesExpiredCertificates(Mode mode) throws Exception {
    try (EchoServer server = server(authority.issueExpired(HOST))) {
      BackendTls tls = new BackendTls(mode, root("right"), null, null);

      assertThat(connect(server, tls, HOST).isSuccess()).isFalse();
    }
  }

  @Test
  void refusesAnExpiredCertificateThatIsItsOwnRoot() throws Exception {
    Issued expired = authority.issueExpired(HOST);
    PemPair files = expired.writeTo(directory, "expired");
    try (EchoServer server = server(expired)) {
      BackendTls tls = new BackendTls(Mode.VERIFY_FULL, files.certificate(), null, null);

      assertThat(connect(server, tls, HOST).isSuccess()).isFalse();
    }
  }

  @Test
  void takesAGeneratedCertificateAsItsOwnRoot() throws Exception {
    PemPair files = new PemPair(directory.resolve("own.crt"), directory.resolve("own.key"));
    SelfSignedCertificate.write(
        files.certificate(), files.key(), SelfSignedCertificate.namesFor("127.0.0.1"));
    try (EchoServer server = open(files, ClientCertificates.NONE)) {
      BackendTls tls = new BackendTls(Mode.VERIFY_FULL, files.certificate(), null, null);

      assertThat(connect(server, tls, "localhost").isSuccess()).isTrue();
      assertThat(connect(server, tls, "127.0.0.1").isSuccess()).isTrue();
      assertThat(connect(server, tls, "example.org").isSuccess()).isFalse();
    }
  }

  @Test
  void saysWhatIsWrongWithTheServersName() throws Exception {
    try (EchoServer server = server(authority.issue(HOST))) {
      Future<Channel> handshake = connect(server, verifyFull(), "other.example.org");

      assertThat(handshake.cause())
          .hasStackTraceContaining(
              "the server's certificate, for CN=" + HOST + ", is not for host");
    }
  }

  @Test
  void showsItsCertificate() throws Exception {
    PemPair own = authority.issue("postern").writeTo(directory, "client");
    PemPair files = authority.issue(HOST).writeTo(directory, "server");
    try (EchoServer server = open(files, ClientCertificates.REQUIRE)) {
      BackendTls tls =
          new BackendTls(Mode.VERIFY_FULL, root("right"), own.certificate(), own.key());

      assertThat(connect(server, tls, HOST).isSuccess()).isTrue();
      assertThat(server.outcome().established().subject()).isEqualTo("CN=postern");
    }
  }

  @Test
  void refusesAClientKeyThatOthersCanOpen() throws Exception {
    PemPair own = authority.issue("postern").writeTo(directory, "client");
    Files.setPosixFilePermissions(own.key(), PosixFilePermissions.fromString("rw-r--r--"));
    BackendTls tls = new BackendTls(Mode.REQUIRE, null, own.certificate(), own.key());

    assertThatThrownBy(() -> contexts.newHandler(tls, HOST, allocator()))
        .isInstanceOf(TlsConfigurationException.class)
        .hasMessageContaining(own.key().toString());
  }

  @ParameterizedTest
  @CsvSource({
    "db.example.org, db.example.org",
    "db,             db",
    "DB.,            db",
    "127.0.0.1,      ",
    "::1,            ",
    "under_score,    ",
  })
  void sendsTheHostAsSni(String host, @Nullable String sent) throws Exception {
    try (EchoServer server = server(authority.issue(HOST))) {
      connect(server, new BackendTls(Mode.REQUIRE, null, null, null), host);

      assertThat(server.outcome().established().serverName()).isEqualTo(sent);
    }
  }

  @Test
  void offersPostgresqlByAlpn() throws Exception {
    try (EchoServer server = server(authority.issue(HOST))) {
      connect(server, verifyFull(), HOST);

      assertThat(server.outcome().agreedOnPostgresql()).isTrue();
    }
  }

  @Test
  void tellsTheBindingOfTheServersCertificate() throws Exception {
    Issued issued = authority.issue(HOST);
    try (EchoServer server = server(issued)) {
      Channel channel = connect(server, verifyFull(), HOST).getNow();
      Optional<EndpointBinding> binding =
          BackendTlsContexts.binding(channel.pipeline().get(SslHandler.class));
      channel.close().syncUninterruptibly();

      assertThat(binding).isEqualTo(EndpointBinding.of(issued.certificate())).isPresent();
    }
  }

  @Test
  void offersNoSessionForResumptionSoThatTheBindingIsAlwaysTheServersOwn() throws Exception {
    BackendTls tls = verifyFull();
    int fresh = lengthOfClientHello(tls);
    takeTicket(tls);

    assertThat(lengthOfClientHello(tls)).isEqualTo(fresh);
  }

  private int lengthOfClientHello(BackendTls tls) throws Exception {
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      SslHandler handler = contexts.newHandler(tls, HOST, allocator());
      channels.add(connect(handler, (InetSocketAddress) listener.getLocalSocketAddress()));
      try (Socket server = listener.accept()) {
        DataInputStream in = new DataInputStream(server.getInputStream());
        in.skipNBytes(3); // type and version of the record
        return in.readUnsignedShort();
      }
    }
  }

  private void takeTicket(BackendTls tls) throws Exception {
    PemPair files = authority.issue(HOST).writeTo(directory, "server");
    SSLContext context = SSLContext.getInstance("TLS");
    Identity identity = Identity.read(files.certificate(), files.key());
    context.init(new KeyManager[] {new IdentityKeyManager(identity)}, null, null);
    try (ServerSocket listener =
        context
            .getServerSocketFactory()
            .createServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      SslHandler handler = contexts.newHandler(tls, HOST, allocator());
      Channel client = connect(handler, (InetSocketAddress) listener.getLocalSocketAddress());
      try (SSLSocket server = (SSLSocket) listener.accept()) {
        server.startHandshake();
        handler.handshakeFuture().sync();
        server.getOutputStream().write(1); // after the ticket
      }
      client.closeFuture().sync();
    }
  }

  @Test
  void followsTheRootCertificate() throws Exception {
    TestAuthority others = new TestAuthority("others");
    try (EchoServer server = server(others.issue(HOST))) {
      BackendTls tls = verifyFull();
      assertThat(connect(server, tls, HOST).isSuccess()).isFalse();

      others.writeTo(directory.resolve("right.crt"));

      await().atMost(Duration.ofSeconds(10)).until(() -> connect(server, tls, HOST).isSuccess());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-----BEGIN CERTIFICATE-----\n"})
  void keepsTheOldRootWhileTheNewOneIsBroken(String content) throws Exception {
    try (EchoServer server = server(authority.issue(HOST))) {
      BackendTls tls = verifyFull();
      connect(server, tls, HOST).getNow().close().syncUninterruptibly();
      Files.writeString(directory.resolve("right.crt"), content);

      assertThat(connect(server, tls, HOST).isSuccess()).isTrue();
    }
  }

  @Test
  void isAskedAgainAfterAFailureOfTheFirstTime() throws Exception {
    Path late = directory.resolve("late.crt");
    BackendTls tls = new BackendTls(Mode.VERIFY_FULL, late, null, null);
    try (EchoServer server = server(authority.issue(HOST))) {
      assertThatThrownBy(() -> connect(server, tls, HOST))
          .isInstanceOf(TlsConfigurationException.class)
          .hasMessageContaining("file not found");

      authority.writeTo(late);
      assertThat(connect(server, tls, HOST).isSuccess()).isTrue();
    }
  }

  @Test
  void connectionsWithoutTlsHaveNoHandler() {
    assertThatThrownBy(() -> contexts.newHandler(BackendTls.DISABLED, HOST, allocator()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private BackendTls verifyFull() throws IOException {
    return new BackendTls(Mode.VERIFY_FULL, root("right"), null, null);
  }

  private @Nullable Path root(String which) throws IOException {
    return switch (which) {
      case "right" -> authority.writeTo(directory.resolve("right.crt"));
      case "wrong" -> new TestAuthority("others").writeTo(directory.resolve("wrong.crt"));
      default -> null;
    };
  }

  private EchoServer server(Issued issued) throws Exception {
    return open(issued.writeTo(directory, "server"), ClientCertificates.NONE);
  }

  private EchoServer open(PemPair files, ClientCertificates clients) throws Exception {
    Path clientCa =
        clients == ClientCertificates.NONE
            ? null
            : authority.writeTo(directory.resolve("clients.crt"));
    ListenerTlsConfig config =
        new ListenerTlsConfig(
            TlsMode.REQUIRED, files.certificate(), files.key(), null, clients, clientCa, null);
    return new EchoServer(ServerTls.open(new ListenerConfig("127.0.0.1", 0, config), runtime));
  }

  private static UnpooledByteBufAllocator allocator() {
    return UnpooledByteBufAllocator.DEFAULT;
  }

  /** The handshake, over; of a connection that looks for {@code host} at the server's address. */
  private Future<Channel> connect(EchoServer server, BackendTls tls, String host)
      throws TlsConfigurationException {
    SslHandler handler = contexts.newHandler(tls, host, allocator());
    channels.add(connect(handler, server.address()));
    return handler.handshakeFuture().awaitUninterruptibly();
  }

  private Channel connect(SslHandler handler, InetSocketAddress address) {
    return new Bootstrap()
        .group(loops)
        .channel(NioSocketChannel.class)
        .handler(handler)
        .connect(address)
        .syncUninterruptibly()
        .channel();
  }
}
