package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.postern.api.session.TlsInfo;
import dev.postern.proxy.tls.TlsProvider;
import dev.postern.testkit.ProgramRun;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.TestCertificate;
import dev.postern.testkit.TestTls;
import dev.postern.testkit.WireClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** TLS of the listener: versions, client certificates, server names and renewed files. */
final class ListenerTlsIT {
  private static final String ROLE = "listener_tls_role";
  private static final TestCertificate CLIENTS = TestCertificate.authority("clients");

  @TempDir Path directory;

  @BeforeAll
  static void createRole() {
    Gateways.createRole(ROLE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void speaksTheVersionsThatAreSafe(String version) {
    ProgramRun run = psqlWith(Gateways.encrypted(), version);
    assertThat(run.expectSuccess().trimmedOutput()).isEqualTo("1");
  }

  @Test
  void refusesVersionsThatAreNot() {
    assertThat(psqlWith(Gateways.encrypted(), "TLSv1.1").exitCode()).isNotZero();
  }

  @Test
  void refusesVersionsBelowTheConfiguredOne() {
    try (RunningPostern postern =
        Gateways.before(Gateways.server())
            .tls(Gateways.AUTHORITY.server("localhost", "127.0.0.1"))
            .setting("listeners.0.tls.min-version", "1.3")
            .start()) {
      postern.importUser(Gateways.server(), ROLE);
      assertThat(psqlWith(postern, "TLSv1.2").exitCode()).isNotZero();
      assertThat(psqlWith(postern, "TLSv1.3").exitCode()).isZero();
    }
  }

  @Test
  void isComputedByTheConfiguredProvider() {
    try (RunningPostern postern =
        Gateways.before(Gateways.server())
            .tls(Gateways.AUTHORITY.server("localhost", "127.0.0.1"))
            .setting("network.tls-provider", "jdk")
            .start()) {
      postern.importUser(Gateways.server(), ROLE);
      assertThat(psqlWith(postern, "TLSv1.3").exitCode()).isZero();
      assertThat(postern.server().tlsProvider()).contains(TlsProvider.JDK);
    }
  }

  @Test
  void showsPluginsTheClientsCertificate() throws IOException {
    Queue<String> subjects = new ConcurrentLinkedQueue<>();
    try (RunningPostern postern = withClientCertificates("request", subjects)) {
      login(postern, TestTls.client(Gateways.AUTHORITY, CLIENTS.client("alice.example")));
      assertThat(subjects).containsExactly("CN=alice.example");
    }
  }

  @Test
  void takesClientsWithoutACertificateWhereItIsOnlyRequested() throws IOException {
    Queue<String> subjects = new ConcurrentLinkedQueue<>();
    try (RunningPostern postern = withClientCertificates("request", subjects)) {
      login(postern, TestTls.client(Gateways.AUTHORITY));
      assertThat(subjects).containsExactly("none");
    }
  }

  @Test
  void refusesClientsWithoutACertificateWhereItIsRequired() throws IOException {
    try (RunningPostern postern =
        withClientCertificates("require", new ConcurrentLinkedQueue<>())) {
      refusesHandshake(postern, TestTls.client(Gateways.AUTHORITY));
      login(postern, TestTls.client(Gateways.AUTHORITY, CLIENTS.client("bob.example")));
    }
  }

  @Test
  void refusesCertificatesThatAreExpiredOrOfAnotherAuthority() throws IOException {
    TestCertificate stranger = TestCertificate.authority("strangers").client("alice.example");
    try (RunningPostern postern =
        withClientCertificates("request", new ConcurrentLinkedQueue<>())) {
      refusesHandshake(postern, TestTls.client(Gateways.AUTHORITY, stranger));
      refusesHandshake(
          postern, TestTls.client(Gateways.AUTHORITY, CLIENTS.expiredClient("alice.example")));
    }
  }

  @Test
  void showsRoutersTheServerNameThatTheClientAskedFor() {
    Queue<String> names = new ConcurrentLinkedQueue<>();
    try (RunningPostern postern =
        Gateways.withRouter(
                request -> {
                  TlsInfo tls = request.client().tls();
                  names.add(String.valueOf(tls == null ? null : tls.serverName()));
                  return Gateways.routeTo(Gateways.server());
                })
            .tls(Gateways.AUTHORITY.server("app.example.com"))
            .start()) {
      postern.importUser(Gateways.server(), ROLE);
      Psql.through(postern, ROLE)
          .environment("PGHOST", "App.Example.com")
          .environment("PGHOSTADDR", postern.host())
          .with("-c", "SELECT 1")
          .run()
          .expectSuccess();
      assertThat(names).containsExactly("app.example.com");
    }
  }

  @Test
  void followsARenewedCertificateWithoutDisturbingSessions() throws IOException {
    try (RunningPostern postern =
            Gateways.before(Gateways.server())
                .tls(Gateways.AUTHORITY.server("old.example"))
                .start();
        WireClient before = WireClient.connect(postern.address())) {
      postern.importUser(Gateways.server(), ROLE);
      before.startTls(TestTls.client(Gateways.AUTHORITY));
      before.login(ROLE, Gateways.PASSWORD, "postgres");

      TestCertificate renewed = Gateways.AUTHORITY.server("renewed.example");
      replace(
          renewed.writeChain(directory.resolve("crt")), postern.home().resolve("conf/server.crt"));
      replace(
          renewed.writeKey(directory.resolve("key")), postern.home().resolve("conf/server.key"));

      await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> shown(postern).equals("CN=renewed.example"));
      assertThat(before.queryOne("SELECT 1")).isEqualTo("1");
      login(postern, TestTls.client(Gateways.AUTHORITY));
    }
  }

  private static ProgramRun psqlWith(RunningPostern postern, String version) {
    return Psql.through(postern, ROLE)
        .environment("PGSSLMINPROTOCOLVERSION", version)
        .environment("PGSSLMAXPROTOCOLVERSION", version)
        .with("-c", "SELECT 1")
        .run();
  }

  private RunningPostern withClientCertificates(String policy, Queue<String> subjects)
      throws IOException {
    Path authority = CLIENTS.writeChain(Files.createTempFile(directory, "clients", ".crt"));
    RunningPostern postern =
        Gateways.before(Gateways.server())
            .tls(Gateways.AUTHORITY.server("localhost"))
            .setting("listeners.0.tls.client-certificates", policy)
            .setting("listeners.0.tls.client-ca", authority.toString())
            .interceptor(
                "subjects",
                (session, interests) -> {
                  TlsInfo tls = session.client().tls();
                  String subject = tls == null ? null : tls.subject();
                  subjects.add(subject == null ? "none" : subject);
                })
            .start();
    postern.importUser(Gateways.server(), ROLE);
    return postern;
  }

  private static void login(RunningPostern postern, SSLContext context) {
    try (WireClient client = WireClient.connect(postern.address())) {
      client.startTls(context);
      client.login(ROLE, Gateways.PASSWORD, "postgres");
    }
  }

  private static void refusesHandshake(RunningPostern postern, SSLContext context) {
    // In TLS 1.3 the client learns of it with its first read only.
    assertThatThrownBy(() -> login(postern, context))
        .isInstanceOfAny(UncheckedIOException.class, AssertionError.class);
  }

  private static String shown(RunningPostern postern) {
    try (WireClient client = WireClient.connect(postern.address())) {
      client.startTls(TestTls.client(Gateways.AUTHORITY));
      return client.peerCertificate().getSubjectX500Principal().getName();
    }
  }

  private static void replace(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
  }
}
