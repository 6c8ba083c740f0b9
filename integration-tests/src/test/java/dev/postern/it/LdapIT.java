package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.api.routing.Router;
import dev.postern.api.routing.RoutingRequest;
import dev.postern.plugins.ldap.LdapAuthenticatorFactory;
import dev.postern.plugins.staticroutes.StaticRoutesFactory;
import dev.postern.proxy.server.Gateway;
import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.PosternBuilder;
import dev.postern.testkit.ProgramRun;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.TestTls;
import dev.postern.testkit.WireClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Users of a directory log in through the plugin ldap, and share a role at the server. */
final class LdapIT {
  private static final String ROLE = "ldap_shared_role";

  /** Has the same password in the directory and at the server. */
  private static final String OWN_ROLE = "ldap_own_role";

  @TempDir private static Path files;
  private static LdapServer directory;

  @TempDir private Path home;

  @BeforeAll
  static void start() throws IOException {
    Gateways.server().createRole(ROLE, Gateways.PASSWORD);
    privately(files.resolve("role.password"), Gateways.PASSWORD);
    Gateways.AUTHORITY.writeChain(files.resolve("ca.crt"));
    directory = LdapServer.start();
    Gateways.server().createRole(OWN_ROLE, LdapServer.PASSWORD);
    directory.addUser(OWN_ROLE);
    directory.addUser(
        "alice",
        "departmentNumber: 42",
        "memberOf: cn=developers,ou=groups,dc=example,dc=com",
        "memberOf: cn=dba,ou=groups,dc=example,dc=com");
  }

  @AfterAll
  static void stop() {
    directory.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"session", "transaction"})
  void psqlLogsInWithThePasswordOfTheDirectory(String mode) {
    try (RunningPostern postern = gateway(mode, directory.url()).start()) {
      ProgramRun run =
          Psql.through(postern, "alice")
              .environment("PGPASSWORD", LdapServer.PASSWORD)
              .with("-c", "BEGIN; SELECT current_user; COMMIT")
              .run();
      assertThat(run.expectSuccess().trimmedOutput()).isEqualTo(ROLE);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"session", "transaction"})
  void pgjdbcLogsInWithThePasswordOfTheDirectory(String mode) throws SQLException {
    try (RunningPostern postern = gateway(mode, directory.url()).start();
        Connection connection = connect(postern, LdapServer.PASSWORD)) {
      assertThat(Sql.value(connection, "SELECT current_user")).isEqualTo(ROLE);
      assertThat(Sql.value(connection, "SELECT 6 * 7")).isEqualTo("42");
    }
  }

  @Test
  void psqlHearsTheSameOfAWrongPasswordAndAnUnknownUser() {
    try (RunningPostern postern = gateway("session", directory.url()).start()) {
      for (String user : List.of("alice", "nobody")) {
        ProgramRun run =
            Psql.through(postern, user).environment("PGPASSWORD", "wrong").with("-c", "").run();
        assertThat(run.expectFailure().errors())
            .contains("FATAL:  password authentication failed for user \"" + user + "\"");
      }
    }
  }

  @Test
  void thePasswordIsNotAskedForWithoutTls() throws IOException {
    try (RunningPostern postern =
            RunningPostern.builder()
                .authenticator(new LdapAuthenticatorFactory(), config(directory.url()))
                .router(request -> Gateways.routeTo(Gateways.server()))
                .start();
        WireClient client = WireClient.connect(postern.address())) {
      client.send(FrontendPackets.startup("user", "alice", "database", "postgres"));
      client.expectFatal("28000");
    }
  }

  @Test
  void anEmptyPasswordIsRefusedAtOnce() throws IOException {
    Map<String, Object> config = new HashMap<>(config(directory.url()));
    config.put("refuse-after", "10s");
    long start = System.nanoTime();
    try (RunningPostern postern =
            RunningPostern.builder()
                .tls(Gateways.AUTHORITY.server("localhost", "127.0.0.1"))
                .authenticator(new LdapAuthenticatorFactory(), config)
                .router(request -> Gateways.routeTo(Gateways.server()))
                .start();
        WireClient client = WireClient.connect(postern.address())) {
      client.startTls(TestTls.client(Gateways.AUTHORITY));
      client.send(FrontendPackets.startup("user", "alice", "database", "postgres"));
      client.expect('R');
      client.send(FrontendPackets.password(""));
      assertThat(client.expectFatal("28P01").text())
          .isEqualTo("password authentication failed for user \"alice\"");
    }
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(9));
    assertThat(Logs.containing("empty password")).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"session", "transaction"})
  void theClientsPasswordLogsInAtTheServerWhereThatIsAskedFor(String mode) {
    Map<String, Object> config = new HashMap<>(config(directory.url()));
    config.put("backend", Map.of("client-password", true));
    Map<String, Object> route = new HashMap<>(route(mode));
    route.remove("login");
    try (RunningPostern postern =
        RunningPostern.builder()
            .tls(Gateways.AUTHORITY.server("localhost", "127.0.0.1"))
            .authenticator(new LdapAuthenticatorFactory(), config)
            .router(new StaticRoutesFactory(), Map.of("routes", List.of(route)))
            .start()) {
      ProgramRun run =
          Psql.through(postern, OWN_ROLE)
              .environment("PGPASSWORD", LdapServer.PASSWORD)
              .with("-c", "SELECT current_user")
              .run();
      assertThat(run.expectSuccess().trimmedOutput()).isEqualTo(OWN_ROLE);
    }
  }

  @Test
  void theRouterSeesGroupsAndAttributes() throws SQLException {
    Queue<RoutingRequest> requests = new ConcurrentLinkedQueue<>();
    Router router =
        request -> {
          requests.add(request);
          return Gateways.routeTo(Gateways.server());
        };
    try (RunningPostern postern = gateway("session", directory.url()).router(router).start()) {
      assertThatThrownBy(() -> connect(postern, LdapServer.PASSWORD).close())
          .isInstanceOf(SQLException.class);
    }
    assertThat(requests)
        .singleElement()
        .extracting(request -> request.user().attributes())
        .isEqualTo(Map.of("groups", "dba,developers", "department", "42"));
  }

  @Test
  void aUserLogsInWhileTheFirstServerIsAway() throws SQLException {
    LdapServer gone = LdapServer.start();
    String away = gone.url();
    gone.close();
    try (RunningPostern postern = gateway("transaction", away, directory.url()).start()) {
      for (int i = 0; i < 3; i++) {
        try (Connection connection = connect(postern, LdapServer.PASSWORD)) {
          assertThat(Sql.value(connection, "SELECT current_user")).isEqualTo(ROLE);
        }
      }
    }
  }

  @Test
  void passwordsAreInNoLine() throws SQLException {
    var before = Logs.level(ch.qos.logback.classic.Level.TRACE);
    try (RunningPostern postern = gateway("session", directory.url()).start()) {
      connect(postern, LdapServer.PASSWORD).close();
      assertThatThrownBy(() -> connect(postern, "another planted secret"))
          .isInstanceOf(SQLException.class);
    } finally {
      Logs.level(before);
    }
    assertThat(Logs.containing("refused by the directory")).isNotEmpty();
    assertThat(Logs.containing(LdapServer.PASSWORD)).isEmpty();
    assertThat(Logs.containing("planted secret")).isEmpty();
  }

  @Test
  void servesOutOfItsFolderWithItsLibrary() throws Exception {
    BundledPlugins.install(home);
    var identity = Gateways.AUTHORITY.server("localhost", "127.0.0.1");
    Files.createDirectories(home.resolve("conf"));
    identity.writeChain(home.resolve("conf/server.crt"));
    identity.writeKey(home.resolve("conf/server.key"));
    String yaml =
        """
        listeners: [{host: 127.0.0.1, port: 0, tls: {certificate: conf/server.crt, key: conf/server.key}}]
        authenticator:
          plugin: ldap
          config:
            servers: ["%s"]
            tls: {trust: %s}
            user-dn: "uid={user},ou=people,dc=example,dc=com"
        router:
          plugin: static-routes
          config:
            routes:
              - name: all
                backends: [{host: 127.0.0.1, port: %d}]
                login: {user: %s, password: {file: %s}}
        """
            .formatted(
                directory.url(),
                files.resolve("ca.crt"),
                Gateways.server().port(),
                ROLE,
                files.resolve("role.password"));
    try (Gateway gateway = Installations.start(home, yaml);
        WireClient client = WireClient.connect(gateway.server().addresses().getFirst())) {
      client.startTls(TestTls.client(Gateways.AUTHORITY));
      client.login("alice", LdapServer.PASSWORD, "postgres");
      assertThat(client.queryOne("SELECT current_user")).isEqualTo(ROLE);
    }
  }

  private static Connection connect(RunningPostern postern, String password) throws SQLException {
    return Gateways.connect(postern, "alice", Map.of("password", password));
  }

  private static PosternBuilder gateway(String mode, String... servers) {
    return RunningPostern.builder()
        .tls(Gateways.AUTHORITY.server("localhost", "127.0.0.1"))
        .authenticator(new LdapAuthenticatorFactory(), config(servers))
        .router(new StaticRoutesFactory(), Map.of("routes", List.of(route(mode))));
  }

  private static Map<String, Object> route(String mode) {
    return Map.of(
        "name",
        "shared",
        "backends",
        List.of(Gateways.backend(Gateways.server().host(), Gateways.server().port())),
        "login",
        Map.of("user", ROLE, "password", Map.of("file", files.resolve("role.password").toString())),
        "pool",
        Map.of("mode", mode));
  }

  private static Map<String, Object> config(String... servers) {
    return Map.of(
        "servers",
        List.of(servers),
        "tls",
        Map.of("trust", files.resolve("ca.crt").toString()),
        "search",
        Map.of("base", "ou=people,dc=example,dc=com", "filter", "(uid={user})"),
        "attributes",
        Map.of("department", "departmentNumber"),
        "groups",
        Map.of("base", "ou=groups,dc=example,dc=com"));
  }

  private static void privately(Path file, String content) throws IOException {
    Files.writeString(file, content);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }
}
