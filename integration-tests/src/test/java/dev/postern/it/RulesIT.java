package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.postern.proxy.server.Gateway;
import dev.postern.testkit.ProgramRun;
import dev.postern.testkit.Programs;
import dev.postern.testkit.TestTls;
import dev.postern.testkit.WireClient;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Properties;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rules before the authenticator scram, out of the jars of the distribution. */
final class RulesIT {
  private static final String ALICE = "rules_alice";
  private static final String BOB = "rules_bob";

  @TempDir Path home;

  @BeforeAll
  static void createRoles() {
    Gateways.server().createRole(ALICE, Gateways.PASSWORD);
    Gateways.server().createRole(BOB, Gateways.PASSWORD);
  }

  @BeforeEach
  void install() throws Exception {
    BundledPlugins.install(home);
    Files.createDirectories(home.resolve("conf"));
    var identity = Gateways.AUTHORITY.server("localhost", "127.0.0.1");
    identity.writeChain(home.resolve("conf/server.crt"));
    identity.writeKey(home.resolve("conf/server.key"));
    Gateways.AUTHORITY.writeChain(home.resolve("conf/clients.crt"));
    Files.writeString(home.resolve("role.password"), Gateways.PASSWORD);
    Files.setPosixFilePermissions(
        home.resolve("role.password"),
        java.nio.file.attribute.PosixFilePermissions.fromString("rw-------"));
  }

  private void rules(String... lines) throws IOException {
    Path next = Files.writeString(home.resolve("conf/next"), String.join("\n", lines) + "\n");
    Files.move(
        next,
        home.resolve("conf/pg_hba.conf"),
        java.nio.file.StandardCopyOption.ATOMIC_MOVE,
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
  }

  private Gateway start(String mode) throws Exception {
    Gateway gateway =
        Installations.start(
            home,
            """
            listeners:
              - host: 127.0.0.1
                port: 0
                tls:
                  mode: optional
                  certificate: conf/server.crt
                  key: conf/server.key
                  client-certificates: request
                  client-ca: conf/clients.crt
            limits: {failed-logins-per-address: 0}
            authenticators:
              chain:
                - {plugin: rules, config: {file: conf/pg_hba.conf, methods: {scram-sha-256: scram}}}
                - {plugin: scram}
            router:
              plugin: static-routes
              config:
                pool: {mode: %s}
                routes:
                  - name: all
                    backends: [{host: 127.0.0.1, port: %d}]
                    login: {user: %s, password: {file: role.password}}
            """
                .formatted(mode, Gateways.server().port(), ALICE));
    Installations.addUser(gateway, ALICE);
    Installations.addUser(gateway, BOB);
    return gateway;
  }

  private static InetSocketAddress address(Gateway gateway) {
    return gateway.server().addresses().getFirst();
  }

  private static String answer(Gateway gateway, String user) {
    return answer(address(gateway), user);
  }

  private static String answer(InetSocketAddress address, String user) {
    try (WireClient client = WireClient.connect(address)) {
      client.login(user, Gateways.PASSWORD, "postgres");
      return client.queryOne("SELECT 'in'");
    } catch (AssertionError refused) {
      return String.valueOf(refused.getMessage());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"session", "transaction"})
  void psqlIsLetInOrRefusedByTheFirstLineForIt(String mode) throws Exception {
    rules("host all " + BOB + " all reject", "host postgres all samehost scram-sha-256");
    try (Gateway gateway = start(mode)) {
      assertThat(psql(gateway, ALICE, "postgres").expectSuccess().trimmedOutput()).isEqualTo("42");
      assertThat(psql(gateway, BOB, "postgres").expectFailure().errors())
          .contains(
              "FATAL:  pg_hba.conf rejects connection for host \"127.0.0.1\", user \"rules_bob\","
                  + " database \"postgres\", no encryption");
      assertThat(psql(gateway, ALICE, "template1").expectFailure().errors())
          .contains("FATAL:  no pg_hba.conf entry for host \"127.0.0.1\"");
    }
    assertThat(Logs.containing("rejected by", "pg_hba.conf:1")).isNotEmpty();
    assertThat(Logs.containing("login allowed", "pg_hba.conf:2", "scram-sha-256")).isNotEmpty();
  }

  private static ProgramRun psql(Gateway gateway, String user, String database) {
    return Programs.require("psql")
        .environment("PGHOST", "127.0.0.1")
        .environment("PGPORT", Integer.toString(address(gateway).getPort()))
        .environment("PGUSER", user)
        .environment("PGPASSWORD", Gateways.PASSWORD)
        .environment("PGDATABASE", database)
        .environment("PGSSLMODE", "disable")
        .environment("PGCONNECT_TIMEOUT", "20")
        .with("-X", "-q", "-A", "-t", "-c", "BEGIN; SELECT 6 * 7; COMMIT")
        .run();
  }

  @ParameterizedTest
  @ValueSource(strings = {"session", "transaction"})
  void pgjdbcProvesItsPassword(String mode) throws Exception {
    rules("hostssl all all 127.0.0.0/8 scram-sha-256");
    try (Gateway gateway = start(mode)) {
      try (Connection connection = connect(gateway, Gateways.PASSWORD, "require")) {
        assertThat(Sql.value(connection, "SELECT 6 * 7")).isEqualTo("42");
      }
      assertThatThrownBy(() -> connect(gateway, "wrong", "require"))
          .isInstanceOf(SQLException.class)
          .hasMessageContaining("password authentication failed");
      assertThatThrownBy(() -> connect(gateway, Gateways.PASSWORD, "disable"))
          .isInstanceOf(SQLException.class)
          .hasMessageContaining("no pg_hba.conf entry");
    }
  }

  private static Connection connect(Gateway gateway, String password, String ssl)
      throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", ALICE);
    properties.setProperty("password", password);
    properties.setProperty("sslmode", ssl);
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:%d/postgres".formatted(address(gateway).getPort()),
        properties);
  }

  @ParameterizedTest
  @ValueSource(strings = {"session", "transaction"})
  void aChangedFileIsForNewLoginsAndABrokenOneForNone(String mode) throws Exception {
    rules("host all all all trust");
    try (Gateway gateway = start(mode);
        WireClient old = WireClient.connect(address(gateway))) {
      old.login(BOB, Gateways.PASSWORD, "postgres");
      assertThat(answer(gateway, BOB)).isEqualTo("in");

      rules("host all all all trust", "host all all");
      await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(
              () ->
                  assertThat(Logs.containing("rules cannot be used", "pg_hba.conf:2")).hasSize(1));
      assertThat(answer(gateway, BOB)).isEqualTo("in");

      rules("host all " + BOB + " all reject", "host all all all trust");
      await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(() -> assertThat(answer(gateway, BOB)).contains("pg_hba.conf rejects"));
      assertThat(answer(gateway, ALICE)).isEqualTo("in");
      assertThat(old.queryOne("SELECT 'still here'")).isEqualTo("still here");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"session", "transaction"})
  void aCertificateIsTheProof(String mode) throws Exception {
    rules("hostssl all all all cert");
    try (Gateway gateway = start(mode);
        WireClient client = WireClient.connect(address(gateway));
        WireClient without = WireClient.connect(address(gateway));
        WireClient another = WireClient.connect(address(gateway))) {
      client.startTls(TestTls.client(Gateways.AUTHORITY, Gateways.AUTHORITY.client(BOB)));
      client.login(BOB, "not asked for", "postgres");
      assertThat(client.queryOne("SELECT 'in'")).isEqualTo("in");

      without.startTls(TestTls.client(Gateways.AUTHORITY));
      assertThatThrownBy(() -> without.login(BOB, "", "postgres"))
          .hasMessageContaining("connection requires a valid client certificate");

      another.startTls(TestTls.client(Gateways.AUTHORITY, Gateways.AUTHORITY.client(ALICE)));
      assertThatThrownBy(() -> another.login(BOB, "", "postgres"))
          .hasMessageContaining("certificate authentication failed for user");
    }
  }

  @Test
  void aBrokenFileStopsTheStartWithItsLine() throws Exception {
    rules("host all all all trust", "host all all all ldap");

    assertThatThrownBy(() -> start("session").close())
        .hasMessageContaining("pg_hba.conf:2: no authenticator for method \"ldap\"");
  }
}
