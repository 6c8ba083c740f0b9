package dev.postern.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.postern.api.session.TlsInfo;
import dev.postern.proxy.LeakWatch;
import dev.postern.proxy.config.ListenerConfig;
import dev.postern.proxy.config.ListenerTlsConfig;
import dev.postern.proxy.config.ListenerTlsConfig.ClientCertificates;
import dev.postern.proxy.config.ListenerTlsConfig.MinVersion;
import dev.postern.proxy.config.TlsMode;
import dev.postern.proxy.tls.JdkClient.Connection;
import dev.postern.proxy.tls.TestAuthority.Issued;
import dev.postern.proxy.tls.TestAuthority.PemPair;
import io.netty.handler.ssl.OpenSsl;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.net.ssl.SNIHostName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A listener's TLS, with each provider, against the JDK's client. */
@ParameterizedClass
@EnumSource
@ExtendWith(LeakWatch.class)
final class ServerTlsTest {
  private final TestAuthority authority = new TestAuthority("clients");

  private final TlsRuntime runtime;

  @TempDir private Path directory;

  ServerTlsTest(TlsProvider provider) {
    assumeTrue(provider == TlsProvider.JDK || OpenSsl.isAvailable(), "BoringSSL does not load");
    runtime = new TlsRuntime(provider);
  }

  @AfterEach
  void stop() {
    runtime.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void speaksTls12And13(String protocol) throws Exception {
    try (EchoServer server = server(ClientCertificates.NONE, false);
        Connection _ = connectWith(server, protocol)) {
      assertThat(server.outcome().established().protocol()).isEqualTo(protocol);
    }
  }

  @Test
  void refusesTls12WhereTls13IsDemanded() throws Exception {
    try (EchoServer server = server(ClientCertificates.NONE, true)) {
      assertThatThrownBy(() -> connectWith(server, "TLSv1.2")).isInstanceOf(IOException.class);
    }
  }

  @ParameterizedTest
  @CsvSource({"RSA, 2048", "EC, 384", "RSASSA-PSS, 2048", "Ed25519, 255"})
  void showsCertificatesOfEveryKind(String algorithm, int size) throws Exception {
    Issued issued = authority.issue(TestAuthority.keys(algorithm, size), "localhost");
    PemPair files = issued.writeTo(directory, "server");

    try (EchoServer server = open(files, ClientCertificates.NONE, false);
        Connection connection = new JdkClient(null).connect(server.address())) {
      assertThat(connection.serverCertificate()).isEqualTo(issued.certificate());
    }
  }

  @Test
  void tellsTheChannelBindingOfTheCertificateItShows() throws Exception {
    try (EchoServer server = server(ClientCertificates.NONE, false);
        Connection connection = new JdkClient(null).connect(server.address())) {
      assertThat(server.outcome().context().binding())
          .isEqualTo(EndpointBinding.of(connection.serverCertificate()))
          .isPresent();
    }
  }

  @Test
  void agreesOnPostgresqlWhereTheClientOffersIt() throws Exception {
    try (EchoServer server = server(ClientCertificates.NONE, false);
        Connection _ = connectOffering(server, "http/1.1", "postgresql")) {
      assertThat(server.outcome().agreedOnPostgresql()).isTrue();
    }
  }

  @Test
  void takesClientsWithoutAlpnAndSaysSo() throws Exception {
    try (EchoServer server = server(ClientCertificates.NONE, false);
        Connection _ = new JdkClient(null).connect(server.address())) {
      assertThat(server.outcome().agreedOnPostgresql()).isFalse();
    }
  }

  @Test
  void agreesOnNothingElse() throws Exception {
    try (EchoServer server = server(ClientCertificates.NONE, false)) {
      try (Connection connection = connectOffering(server, "http/1.1")) {
        assertThat(connection.socket().getApplicationProtocol()).isEmpty();
      } catch (IOException refused) {
        // Either is right: the JDK's client may insist.
      }
      assertThat(server.outcome().agreedOnPostgresql()).isFalse();
    }
  }

  @Test
  void tellsTheNameThatTheClientAskedFor() throws Exception {
    try (EchoServer server = server(ClientCertificates.NONE, false);
        Connection _ = connectTo(server, "Shop.Example.ORG")) {
      assertThat(server.outcome().established().serverName()).isEqualTo("shop.example.org");
    }
  }

  @Test
  void hasNoNameForWhatCannotBeOne() throws Exception {
    try (EchoServer server = server(ClientCertificates.NONE, false)) {
      String port = String.valueOf(server.address().getPort());
      Openssl.attempt("s_client", "-connect", "127.0.0.1:" + port, "-servername", "evil\nname");

      TlsInfo info = server.outcome().info();
      assertThat(info == null ? null : info.serverName()).isNull(); // the JDK refuses it
    }
  }

  @Test
  void asksForNoCertificateUnlessConfigured() throws Exception {
    try (EchoServer server = server(ClientCertificates.NONE, false);
        Connection _ = clientSignedBy(authority).connect(server.address())) {
      assertThat(server.outcome().established().clientCertificate()).isNull();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"REQUEST", "REQUIRE"})
  void tellsTheSubjectOfAClientsCertificate(ClientCertificates mode) throws Exception {
    try (EchoServer server = server(mode, false);
        Connection _ = clientSignedBy(authority).connect(server.address())) {
      assertThat(server.outcome().established().subject()).isEqualTo("CN=ada");
    }
  }

  @Test
  void takesClientsWithoutCertificateWhereItIsRequested() throws Exception {
    try (EchoServer server = server(ClientCertificates.REQUEST, false);
        Connection _ = new JdkClient(null).connect(server.address())) {
      assertThat(server.outcome().established().clientCertificate()).isNull();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void refusesClientsWithoutCertificateWhereItIsRequired(String protocol) throws Exception {
    try (EchoServer server = server(ClientCertificates.REQUIRE, false)) {
      assertThatThrownBy(() -> connectWith(server, protocol)).isInstanceOf(IOException.class);

      assertThat(server.outcome().failure()).isNotNull();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"REQUEST", "REQUIRE"})
  void refusesCertificatesOfOtherAuthorities(ClientCertificates mode) throws Exception {
    JdkClient stranger = clientSignedBy(new TestAuthority("others"));

    try (EchoServer server = server(mode, false)) {
      assertThatThrownBy(() -> stranger.connect(server.address())).isInstanceOf(IOException.class);

      assertThat(server.outcome().failure()).isNotNull();
    }
  }

  @Test
  void refusesExpiredClientCertificates() throws Exception {
    PemPair expired = authority.issueExpired("ada").writeTo(directory, "expired");
    JdkClient client = new JdkClient(Identity.read(expired.certificate(), expired.key()));

    try (EchoServer server = server(ClientCertificates.REQUIRE, false)) {
      assertThatThrownBy(() -> client.connect(server.address())).isInstanceOf(IOException.class);
    }
  }

  @ParameterizedTest
  @CsvSource({"TLSv1.2, NONE", "TLSv1.3, NONE", "TLSv1.2, REQUIRE", "TLSv1.3, REQUIRE"})
  void resumesSessionsAndKeepsTheClientsCertificate(String protocol, ClientCertificates mode)
      throws Exception {
    JdkClient client = clientSignedBy(authority);

    try (EchoServer server = server(mode, false)) {
      long first = creationTime(client, server, protocol);
      long second = creationTime(client, server, protocol);

      assertThat(second).as("creation time of a resumed session").isEqualTo(first);
      assertThat(server.outcome().established().subject())
          .isEqualTo(server.outcome().established().subject())
          .isEqualTo(mode == ClientCertificates.NONE ? null : "CN=ada");
    }
  }

  @Test
  void refusesRenegotiation() throws Exception {
    try (EchoServer server = server(ClientCertificates.NONE, false);
        Connection connection = connectWith(server, "TLSv1.2")) {
      assertThatThrownBy(
              () -> {
                connection.socket().startHandshake();
                connection.echo("again");
              })
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void generatesACertificateForItsAddressIfBothFilesAreAbsent() throws Exception {
    PemPair files =
        new PemPair(directory.resolve("tls/server.crt"), directory.resolve("tls/server.key"));

    try (EchoServer server = open(files, ClientCertificates.NONE, false);
        Connection connection = new JdkClient(null).connect(server.address())) {
      assertThat(ServerNameCheck.isFor(connection.serverCertificate(), "192.0.2.7")).isTrue();
    }
  }

  @Test
  void keepsTheGeneratedCertificate() throws Exception {
    PemPair files = new PemPair(directory.resolve("server.crt"), directory.resolve("server.key"));
    open(files, ClientCertificates.NONE, false).close();
    String first = Files.readString(files.certificate(), StandardCharsets.US_ASCII);

    open(files, ClientCertificates.NONE, false).close();

    assertThat(files.certificate()).hasContent(first);
  }

  @Test
  void generatesNothingIfOneFileIsThere() throws Exception {
    PemPair files = authority.issue("localhost").writeTo(directory, "server");
    Files.delete(files.certificate());

    assertThatThrownBy(() -> open(files, ClientCertificates.NONE, false))
        .isInstanceOf(TlsConfigurationException.class)
        .hasMessageStartingWith(files.certificate() + ": file not found, while " + files.key());
  }

  @Test
  void saysSoWhenItIsClosed() throws Exception {
    EchoServer server = server(ClientCertificates.NONE, false);
    server.close();

    assertThatThrownBy(() -> server.tls().newHandshake(server.allocator()))
        .isInstanceOf(IllegalStateException.class);
  }

  private EchoServer server(ClientCertificates clients, boolean tls13Only) throws Exception {
    return open(authority.issue("localhost").writeTo(directory, "server"), clients, tls13Only);
  }

  private EchoServer open(PemPair files, ClientCertificates clients, boolean tls13Only)
      throws Exception {
    Path clientCa = authority.writeTo(directory.resolve("clients.crt"));
    ListenerTlsConfig config =
        new ListenerTlsConfig(
            TlsMode.REQUIRED,
            files.certificate(),
            files.key(),
            true,
            clients,
            clients == ClientCertificates.NONE ? null : clientCa,
            tls13Only ? MinVersion.TLS_1_3 : null);
    return new EchoServer(ServerTls.open(new ListenerConfig("192.0.2.7", 0, config), runtime));
  }

  private JdkClient clientSignedBy(TestAuthority issuer) throws Exception {
    PemPair files = issuer.issue("ada").writeTo(directory, "client");
    return new JdkClient(Identity.read(files.certificate(), files.key()));
  }

  private static Connection connectWith(EchoServer server, String protocol) throws IOException {
    return new JdkClient(null)
        .connect(server.address(), parameters -> parameters.setProtocols(new String[] {protocol}));
  }

  private static Connection connectOffering(EchoServer server, String... protocols)
      throws IOException {
    return new JdkClient(null)
        .connect(server.address(), parameters -> parameters.setApplicationProtocols(protocols));
  }

  private static Connection connectTo(EchoServer server, String name) throws IOException {
    SNIHostName serverName = new SNIHostName(name.getBytes(StandardCharsets.US_ASCII));
    return new JdkClient(null)
        .connect(server.address(), parameters -> parameters.setServerNames(List.of(serverName)));
  }

  private static long creationTime(JdkClient client, EchoServer server, String protocol)
      throws IOException {
    try (Connection connection =
        client.connect(
            server.address(), parameters -> parameters.setProtocols(new String[] {protocol}))) {
      return connection.socket().getSession().getCreationTime();
    }
  }
}
