package dev.postern.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.postern.proxy.LeakWatch;
import dev.postern.proxy.config.ListenerConfig;
import dev.postern.proxy.config.ListenerTlsConfig;
import dev.postern.proxy.config.ListenerTlsConfig.ClientCertificates;
import dev.postern.proxy.config.TlsMode;
import dev.postern.proxy.tls.JdkClient.Connection;
import dev.postern.proxy.tls.TestAuthority.Issued;
import dev.postern.proxy.tls.TestAuthority.PemPair;
import io.netty.handler.ssl.OpenSsl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/** Certificates are renewed while clients are connected. */
@ParameterizedClass
@EnumSource
@ExtendWith(LeakWatch.class)
final class TlsReloadTest {
  private static final Duration POLL_PAUSE = Duration.ofMillis(20);

  private final TestAuthority authority = new TestAuthority("ca");
  private final Logger logger = (Logger) LoggerFactory.getLogger(ServerTls.class);
  private final ListAppender<ILoggingEvent> logged = new ListAppender<>();
  private final TlsRuntime runtime;

  @TempDir private Path directory;

  TlsReloadTest(TlsProvider provider) {
    assumeTrue(provider == TlsProvider.JDK || OpenSsl.isAvailable(), "BoringSSL does not load");
    runtime = new TlsRuntime(provider);
  }

  @BeforeEach
  void listen() {
    logged.list = new CopyOnWriteArrayList<>();
    logged.start();
    logger.addAppender(logged);
  }

  @AfterEach
  void stop() {
    logger.detachAppender(logged);
    runtime.close();
  }

  @Test
  void showsTheNewCertificateToNewConnectionsAndKeepsTheOldOnes() throws Exception {
    try (EchoServer server = server();
        Connection before = new JdkClient(null).connect(server.address())) {
      Issued renewed = authority.issue("renewed");
      renewed.writeTo(directory, "server");
      awaitGeneration(server, 2);

      try (Connection after = new JdkClient(null).connect(server.address())) {
        assertThat(after.serverCertificate()).isEqualTo(renewed.certificate());
      }
      before.echo("still here");
    }
  }

  @Test
  void givesEveryHandshakeTheBindingOfTheCertificateThatItShows() throws Exception {
    AtomicBoolean done = new AtomicBoolean();
    try (EchoServer server = server()) {
      Thread renewals =
          Thread.startVirtualThread(
              () -> {
                while (!done.get()) {
                  reload(server);
                }
              });
      for (int i = 0; i < 50; i++) {
        try (Connection connection = new JdkClient(null).connect(server.address())) {
          assertThat(EndpointBinding.of(connection.serverCertificate()))
              .isEqualTo(server.outcome().context().binding());
        }
      }
      done.set(true);
      renewals.join();
      assertThat(server.tls().current().generation()).isGreaterThan(1);
    }
  }

  @Test
  void resumesNoSessionThatBeganWithTheOldCertificate() throws Exception {
    JdkClient client = new JdkClient(null);
    try (EchoServer server = server()) {
      client.connect(server.address()).close();
      Issued renewed = authority.issue("renewed");
      renewed.writeTo(directory, "server");
      awaitGeneration(server, 2);

      try (Connection connection = client.connect(server.address())) {
        assertThat(connection.serverCertificate()).isEqualTo(renewed.certificate());
      }
    }
  }

  @Test
  void keepsTheOldCertificateWhileTheNewKeyIsNotThereYet() throws Exception {
    try (EchoServer server = server()) {
      X509Certificate old = server.tls().current().certificate();
      Issued renewed = authority.issue("renewed");
      Files.writeString(directory.resolve("server.crt"), renewed.certificatePem());
      awaitError();
      try (Connection connection = new JdkClient(null).connect(server.address())) {
        assertThat(connection.serverCertificate()).isEqualTo(old);
      }

      TestAuthority.writePrivate(directory.resolve("server.key"), renewed.keyPem());
      awaitGeneration(server, 2);
      assertThat(server.tls().current().certificate()).isEqualTo(renewed.certificate());
    }
  }

  @Test
  void logsABrokenChangeOnceAndByName() throws Exception {
    try (EchoServer _ = server()) {
      Path certificate = directory.resolve("server.crt");
      Files.writeString(certificate, "-----BEGIN CERTIFICATE-----\n");
      awaitError();

      await().pollDelay(POLL_PAUSE.multipliedBy(5)).until(() -> true);
      assertThat(errors())
          .singleElement()
          .satisfies(
              error ->
                  assertThat(error.getKeyValuePairs().toString())
                      .contains(certificate.toString(), "does not end"));
    }
  }

  @Test
  void keepsTheOldCertificateWhenTheFilesVanish() throws Exception {
    try (EchoServer server = server()) {
      Files.delete(directory.resolve("server.crt"));
      awaitError();

      new JdkClient(null).connect(server.address()).close();
    }
  }

  @Test
  void triesAgainWhenOnlyThePermissionsOfTheKeyAreMended() throws Exception {
    try (EchoServer server = server()) {
      Path key = directory.resolve("server.key");
      Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));
      awaitError();

      Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
      awaitGeneration(server, 2);
    }
  }

  @Test
  void followsLinksThatAreSwapped() throws Exception {
    Path mounted = Files.createDirectory(directory.resolve("mounted"));
    Path first = Files.createDirectory(directory.resolve("1"));
    Path second = Files.createDirectory(directory.resolve("2"));
    authority.issue("first").writeTo(first, "server");
    Issued renewed = authority.issue("second");
    renewed.writeTo(second, "server");
    Path link = Files.createSymbolicLink(mounted.resolve("data"), first);

    try (EchoServer server = open(link, ClientCertificates.NONE)) {
      Files.delete(link);
      Files.createSymbolicLink(link, second);
      awaitGeneration(server, 2);

      assertThat(server.tls().current().certificate()).isEqualTo(renewed.certificate());
    }
  }

  @Test
  void followsTheClientAuthorities() throws Exception {
    TestAuthority others = new TestAuthority("others");
    PemPair files = others.issue("ada").writeTo(directory, "client");
    JdkClient client = new JdkClient(Identity.read(files.certificate(), files.key()));

    authority.issue("localhost").writeTo(directory, "server");
    try (EchoServer server = open(directory, ClientCertificates.REQUIRE)) {
      assertThatThrownBy(() -> client.connect(server.address())).isInstanceOf(IOException.class);

      others.writeTo(directory.resolve("clients.crt"));
      awaitGeneration(server, 2);
      client.connect(server.address()).close();
    }
  }

  @Test
  void stopsFollowingWhenItIsClosed() throws Exception {
    EchoServer server = server();
    server.close();
    authority.issue("renewed").writeTo(directory, "server");

    await().pollDelay(POLL_PAUSE.multipliedBy(5)).until(() -> true);
    assertThat(server.tls().current().generation()).isEqualTo(1);
  }

  private EchoServer server() throws Exception {
    authority.issue("localhost").writeTo(directory, "server");
    return open(directory, ClientCertificates.NONE);
  }

  private EchoServer open(Path files, ClientCertificates clients) throws Exception {
    Path clientCa =
        clients == ClientCertificates.NONE
            ? null
            : authority.writeTo(directory.resolve("clients.crt"));
    ListenerTlsConfig config =
        new ListenerTlsConfig(
            TlsMode.REQUIRED,
            files.resolve("server.crt"),
            files.resolve("server.key"),
            null,
            clients,
            clientCa,
            null);
    return new EchoServer(
        ServerTls.open(new ListenerConfig("127.0.0.1", 0, config), runtime, POLL_PAUSE));
  }

  private void reload(EchoServer server) {
    try {
      authority.issue("renewed").writeTo(directory, "server");
      server.tls().reload();
    } catch (IOException | TlsConfigurationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void awaitGeneration(EchoServer server, long generation) {
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(
            () ->
                assertThat(server.tls().current().generation()).isGreaterThanOrEqualTo(generation));
  }

  private void awaitError() {
    await().atMost(Duration.ofSeconds(20)).until(() -> !errors().isEmpty());
  }

  private List<ILoggingEvent> errors() {
    return logged.list.stream().filter(event -> event.getLevel() == Level.ERROR).toList();
  }
}
