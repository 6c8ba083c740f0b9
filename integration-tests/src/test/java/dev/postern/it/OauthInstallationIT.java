package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import dev.postern.plugins.oauth.issuer.TestIssuer;
import dev.postern.proxy.admin.AdminClient;
import dev.postern.proxy.admin.AdminException;
import dev.postern.proxy.admin.AdminServer;
import dev.postern.proxy.admin.InstanceRow;
import dev.postern.proxy.admin.SessionRow;
import dev.postern.proxy.server.Gateway;
import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.TestCertificate;
import dev.postern.testkit.TestTls;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import javax.management.JMException;
import javax.management.ObjectName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The plugin oauth out of its folder, with its library and beside others. */
@SuppressWarnings("NullAway.Init") // each test starts
final class OauthInstallationIT {
  private static final String ROLE = "oauth_installed_role";
  private static final String FIRST =
      "{chain: [{plugin: oauth, config: {%s, chain: {users: [alice]}}}, {plugin: scram}]}";

  @TempDir Path home;

  private final TestIssuer issuer = TestIssuer.started();
  private Gateway gateway;
  private AdminServer admin;
  private AdminClient operator;

  @BeforeAll
  static void createRole() {
    Gateways.server().createRole(ROLE, Gateways.PASSWORD);
  }

  private void start(String mode, String authenticators) throws Exception {
    BundledPlugins.install(home);
    Path conf = Files.createDirectories(home.resolve("conf"));
    TestCertificate identity = Gateways.AUTHORITY.server("localhost", "127.0.0.1");
    identity.writeChain(conf.resolve("server.crt"));
    identity.writeKey(conf.resolve("server.key"));
    TestIssuer.AUTHORITY.writeChain(conf.resolve("issuer-ca.crt"));
    Path password = Files.writeString(conf.resolve("role.password"), Gateways.PASSWORD);
    Files.setPosixFilePermissions(password, PosixFilePermissions.fromString("rw-------"));
    gateway = Installations.start(home, yaml(mode, authenticators));
    Installations.addUser(gateway, ROLE);
    admin = Installations.administer(gateway, home);
    operator = Installations.operator(home);
  }

  @AfterEach
  void stop() {
    admin.close();
    gateway.close();
    issuer.close();
  }

  private static String yaml(String mode, String authenticators) {
    return """
    listeners:
      - {host: 127.0.0.1, port: 0, tls: {certificate: conf/server.crt, key: conf/server.key}}
    authenticators: %s
    router:
      plugin: static-routes
      config:
        pool: {mode: %s}
        routes:
          - name: all
            backends: [{host: 127.0.0.1, port: %d}]
            login: {user: %s, password: {file: conf/role.password}}
    """
        .formatted(authenticators, mode, Gateways.server().port(), ROLE);
  }

  private String oauth(String scope) {
    return "issuer: \"%s\", trust: conf/issuer-ca.crt, audience: [postern], scopes: [%s]"
        .formatted(issuer.issuer(), scope);
  }

  private WireClient connected() {
    WireClient client = WireClient.connect(gateway.server().addresses().getFirst());
    client.startTls(TestTls.client(Gateways.AUTHORITY));
    return client;
  }

  /** A client that has sent a token, and what it was answered. */
  private WireMessage answer(WireClient client, String token) {
    client.send(FrontendPackets.startup("user", "alice", "database", "postgres"));
    assertThat(client.expect('R').strings(4)).startsWith("OAUTHBEARER");
    client.send(
        FrontendPackets.saslInitialResponse(
            "OAUTHBEARER", "n,,\u0001auth=Bearer " + token + "\u0001\u0001"));
    return client.expect('R');
  }

  private WireClient loggedIn(String token) {
    WireClient client = connected();
    assertThat(answer(client, token).int32(0)).isZero();
    client.greeting();
    return client;
  }

  @ParameterizedTest
  @ValueSource(strings = {"session", "transaction"})
  void tokensAndPasswordsStandInARow(String mode) throws Exception {
    start(mode, FIRST.formatted(oauth("postgres")));
    try (WireClient people = loggedIn(issuer.token().signed());
        WireClient program = connected()) {
      program.login(ROLE, Gateways.PASSWORD, "postgres");
      assertThat(people.queryOne("SELECT current_user")).isEqualTo(ROLE);
      assertThat(program.queryOne("SELECT current_user")).isEqualTo(ROLE);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"session", "transaction"})
  void theOperatorSeesUntilWhenLoginsAreGood(String mode) throws Exception {
    start(mode, FIRST.formatted(oauth("postgres") + ", end-sessions: true, clock-skew: 0s"));
    Instant exp = Instant.now().truncatedTo(ChronoUnit.SECONDS).plusSeconds(600);
    String token = issuer.token().with("exp", exp.getEpochSecond()).signed();
    try (WireClient people = loggedIn(token);
        WireClient program = connected()) {
      program.login(ROLE, Gateways.PASSWORD, "postgres");
      assertThat(people.queryOne("SELECT 1")).isEqualTo("1");

      assertThat(operator.sessions())
          .extracting(SessionRow::user, SessionRow::expiresAt)
          .containsExactly(tuple("alice", exp), tuple(ROLE, null));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"session", "transaction"})
  void aRuleForTheMethodLeadsToIt(String mode) throws Exception {
    Files.createDirectories(home.resolve("conf"));
    Files.writeString(
        home.resolve("conf/pg_hba.conf"),
        "hostssl all alice all oauth\nhostssl all all all scram-sha-256\n");
    start(
        mode,
        "{chain: [{plugin: rules, config: {file: conf/pg_hba.conf, methods: {oauth: sso, scram-sha-256: scram}}}, {plugin: oauth, name: sso, config: {%s}}, {plugin: scram}]}"
            .formatted(oauth("postgres")));
    try (WireClient people = loggedIn(issuer.token().signed());
        WireClient program = connected()) {
      program.login(ROLE, Gateways.PASSWORD, "postgres");
      assertThat(people.queryOne("SELECT 6 * 7")).isEqualTo("42");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"session", "transaction"})
  void newLoginsGetTheNewConfigurationAndSessionsGoOn(String mode) throws Exception {
    start(mode, FIRST.formatted(oauth("postgres")));
    String token = issuer.token().signed();
    String better = issuer.token().with("scope", "gold").signed();
    try (WireClient old = loggedIn(token)) {
      Files.writeString(Installations.file(home), yaml(mode, FIRST.formatted(oauth("gold"))));
      operator.reload(List.of("oauth"));

      assertThat(old.queryOne("SELECT 'old'")).isEqualTo("old");
      loggedIn(better).close();
      try (WireClient refused = connected()) {
        assertThat(answer(refused, token).body().toUtf8()).contains("insufficient_scope");
      }

      Files.writeString(
          Installations.file(home), yaml(mode, FIRST.formatted(oauth("gold") + ", audience: []")));
      assertThatThrownBy(() -> operator.reload(List.of("oauth")))
          .isInstanceOf(AdminException.class)
          .hasMessageContaining("audience");
      loggedIn(better).close();
    }
  }

  @Test
  void nothingHoldsAnInstanceThatWasReplaced() throws Exception {
    start("transaction", FIRST.formatted(oauth("postgres")));
    loggedIn(issuer.token().signed()).close();
    long before = loaders();
    for (int i = 0; i < 3; i++) {
      operator.reload(List.of("oauth"));
      loggedIn(issuer.token().signed()).close();
    }
    await()
        .untilAsserted(
            () ->
                assertThat(operator.instances())
                    .extracting(InstanceRow::state)
                    .containsOnly("in service"));
    await().untilAsserted(() -> assertThat(loaders()).isEqualTo(before));
  }

  /** How many class loaders of plugins the garbage collector cannot remove. */
  private static long loaders() throws JMException {
    Object histogram =
        ManagementFactory.getPlatformMBeanServer()
            .invoke(
                new ObjectName("com.sun.management:type=DiagnosticCommand"),
                "gcClassHistogram",
                new Object[] {new String[0]},
                new String[] {String[].class.getName()});
    return String.valueOf(histogram)
        .lines()
        .filter(line -> line.contains("dev.postern.proxy.plugin.PluginClassLoader"))
        .mapToLong(line -> Long.parseLong(line.strip().split("\\s+", -1)[1]))
        .sum();
  }
}
