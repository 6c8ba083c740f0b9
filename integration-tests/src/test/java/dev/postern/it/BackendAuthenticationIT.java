package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.Secret;
import dev.postern.api.routing.Backend;
import dev.postern.api.routing.BackendLogin;
import dev.postern.api.routing.BackendTls;
import dev.postern.api.routing.Route;
import dev.postern.testkit.BackendPackets;
import dev.postern.testkit.FakeBackend;
import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.PosternBuilder;
import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.TestCertificate;
import dev.postern.testkit.TestTls;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * How Postern proves itself to a server: whatever the server asks for, and no more than it should
 * give.
 */
final class BackendAuthenticationIT {
  private static final String USER = "gateway_user";
  private static final TestCertificate AUTHORITY = TestCertificate.authority("server CA");
  private static final TestCertificate CLIENT_AUTHORITY = TestCertificate.authority("client CA");

  private static PostgresServer server;

  @TempDir static Path directory;

  private static Path root;
  private static Path certificate;
  private static Path key;

  @BeforeAll
  static void createRoles() {
    server =
        PostgresServer.builder()
            .tls(AUTHORITY.server("localhost", "127.0.0.1"))
            .clientAuthority(CLIENT_AUTHORITY)
            .hba(
                "host all by_scram all scram-sha-256",
                "host all by_md5 all md5",
                "host all by_password all password",
                "host all by_trust all trust",
                "hostssl all by_cert all cert")
            .start();
    server.createRole("by_scram", "scram secret");
    server.execute(
        "SET password_encryption = 'md5'; CREATE ROLE by_md5 LOGIN PASSWORD 'md5 secret'");
    server.createRole("by_password", "clear secret");
    server.createRole("by_trust", "unused");
    server.createRole("by_cert", "unused");
    root = AUTHORITY.writeChain(directory.resolve("root.crt"));
    TestCertificate identity = CLIENT_AUTHORITY.client("by_cert");
    certificate = identity.writeChain(directory.resolve("client.crt"));
    key = identity.writeKey(directory.resolve("client.key"));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void bySCRAMWithAPassword() {
    logsInAs("by_scram", "scram secret", BackendTls.DISABLED);
  }

  @Test
  void bySCRAMOverTls() {
    logsInAs("by_scram", "scram secret", verified());
  }

  @Test
  void byMd5() {
    logsInAs("by_md5", "md5 secret", BackendTls.DISABLED);
  }

  @Test
  void byACleartextPasswordOverTls() {
    logsInAs("by_password", "clear secret", verified());
  }

  @Test
  void byTrust() {
    logsInAs("by_trust", null, BackendTls.DISABLED);
  }

  @Test
  void byACertificate() {
    logsInAs("by_cert", null, new BackendTls(BackendTls.Mode.VERIFY_FULL, root, certificate, key));
  }

  @Test
  void byTheRoleAndPasswordOfAMapping() {
    BackendLogin login = new BackendLogin(null, false, null, true, false);
    try (RunningPostern postern = before(server.port(), login, BackendTls.DISABLED);
        Secret password = secret("scram secret");
        WireClient client = WireClient.connect(postern.address())) {
      postern.users().mappings().set(USER, null, "by_scram", password);
      client.login(USER, Gateways.PASSWORD, "postgres");
      assertThat(client.queryOne("SELECT session_user")).isEqualTo("by_scram");
    }
  }

  @Test
  void sendsNoCleartextPasswordWithoutTls() {
    WireMessage error = refusal("by_password", "clear secret", BackendTls.DISABLED);
    assertThat(error.severity()).isEqualTo("FATAL");
    assertThat(error.text()).doesNotContain("clear secret");
  }

  @Test
  void sendsACleartextPasswordWithoutTlsWhereThatIsAllowed() {
    BackendLogin login =
        new BackendLogin("by_password", false, secret("clear secret"), false, true);
    try (RunningPostern postern = before(server.port(), login, BackendTls.DISABLED);
        WireClient client = WireClient.connect(postern.address())) {
      client.login(USER, Gateways.PASSWORD, "postgres");
      assertThat(client.queryOne("SELECT session_user")).isEqualTo("by_password");
    }
  }

  @Test
  void refusesTheClientWhenThePasswordIsWrong() {
    WireMessage error = refusal("by_scram", "not the secret", BackendTls.DISABLED);
    assertThat(error.severity()).isEqualTo("FATAL");
    assertThat(Logs.containing("by_scram", "password authentication failed")).hasSize(1);
  }

  @Test
  void hashesNoPasswordForFewerIterationsThanAllowed() {
    assertThat(refusalWith("limits.min-scram-iterations", 4097)).isEqualTo("FATAL");
    assertThat(Logs.containing("4096 SCRAM iterations", "4097..200000")).isNotEmpty();
  }

  @Test
  void refusesTheClientWhenItHasNoPasswordForTheServer() {
    assertThat(refusal("by_scram", null, BackendTls.DISABLED).severity()).isEqualTo("FATAL");
  }

  @Test
  void bindsTheChannelWhereTheServerOffersIt() throws Exception {
    CompletableFuture<String> mechanism = new CompletableFuture<>();
    try (FakeBackend backend =
            FakeBackend.start(
                connection -> {
                  connection.acceptTls(TestTls.server(AUTHORITY.server("localhost", "127.0.0.1")));
                  connection.firstPacket();
                  connection.send(
                      BackendPackets.authenticationSasl("SCRAM-SHA-256-PLUS", "SCRAM-SHA-256"));
                  mechanism.complete(connection.expect('p').strings(0).getFirst());
                });
        RunningPostern postern = before(backend.port(), login("any", "secret"), verified())) {
      refusal(postern);
      assertThat(mechanism.get(10, TimeUnit.SECONDS)).isEqualTo("SCRAM-SHA-256-PLUS");
    }
  }

  @Test
  void givesNothingToAServerThatAsksForGssOrAnUnknownMethod() {
    for (int code : List.of(2, 7, 9, 99)) {
      refusesAfter(
          connection -> {
            connection.startup();
            connection.send(BackendPackets.authentication(code));
            connection.readToEnd();
          });
    }
  }

  @Test
  void givesNothingToAServerThatKnowsNoMechanismOfOurs() {
    refusesAfter(
        connection -> {
          connection.startup();
          connection.send(BackendPackets.authenticationSasl("SCRAM-SHA-1", "PLAIN"));
          assertThat(connection.readToEnd().length()).isZero();
        });
  }

  private static void refusesAfter(FakeBackend.Script script) {
    try (FakeBackend backend = FakeBackend.start(script);
        RunningPostern postern =
            before(backend.port(), login("any", "secret"), BackendTls.DISABLED)) {
      assertThat(refusal(postern).severity()).isEqualTo("FATAL");
    }
  }

  private static void logsInAs(String role, @Nullable String password, BackendTls tls) {
    try (RunningPostern postern = before(server.port(), login(role, password), tls);
        WireClient client = WireClient.connect(postern.address())) {
      client.login(USER, Gateways.PASSWORD, "postgres");
      assertThat(client.queryOne("SELECT session_user")).isEqualTo(role);
      assertThat(client.queryOne("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"))
          .isEqualTo(tls.mode() == BackendTls.Mode.DISABLE ? "f" : "t");
    }
  }

  private static WireMessage refusal(String role, @Nullable String password, BackendTls tls) {
    try (RunningPostern postern = before(server.port(), login(role, password), tls)) {
      return refusal(postern);
    }
  }

  private static @Nullable String refusalWith(String setting, int value) {
    BackendLogin login = login("by_scram", "scram secret");
    try (RunningPostern postern =
        before(server.port(), login, BackendTls.DISABLED, Map.of(setting, value))) {
      return refusal(postern).severity();
    }
  }

  private static WireMessage refusal(RunningPostern postern) {
    try (WireClient client = WireClient.connect(postern.address())) {
      client.send(FrontendPackets.startup("user", USER, "database", "postgres"));
      return Logins.refusal(client, USER);
    }
  }

  private static BackendTls verified() {
    return new BackendTls(BackendTls.Mode.VERIFY_FULL, root, null, null);
  }

  private static BackendLogin login(String role, @Nullable String password) {
    return new BackendLogin(role, false, password == null ? null : secret(password), false, false);
  }

  private static Secret secret(String password) {
    return Secret.ofPassword(password.toCharArray());
  }

  private static RunningPostern before(int port, BackendLogin login, BackendTls tls) {
    return before(port, login, tls, Map.of());
  }

  private static RunningPostern before(
      int port, BackendLogin login, BackendTls tls, Map<String, Object> settings) {
    Route route = new Route("test", List.of(new Backend("127.0.0.1", port, tls)), null, login);
    PosternBuilder builder = Gateways.withRouter(request -> route);
    settings.forEach(builder::setting);
    RunningPostern postern = builder.start();
    Users.add(postern, USER);
    return postern;
  }
}
