package dev.postern.it;

import dev.postern.api.routing.Backend;
import dev.postern.api.routing.BackendLogin;
import dev.postern.api.routing.BackendTls;
import dev.postern.api.routing.Route;
import dev.postern.api.routing.Router;
import dev.postern.plugins.scram.ScramAuthenticatorFactory;
import dev.postern.plugins.staticroutes.StaticRoutesFactory;
import dev.postern.testkit.FakeBackend;
import dev.postern.testkit.PosternBuilder;
import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.TestCertificate;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/** The gateways and roles that most tests share; a test that changes one makes its own. */
final class Gateways {
  /** The password of every role, unless a test says otherwise. */
  static final String PASSWORD = "correct horse battery staple";

  /** Has signed the certificate of every listener with TLS. */
  static final TestCertificate AUTHORITY = TestCertificate.authority("Postern tests");

  static final Path AUTHORITY_FILE = authorityFile();

  private static final String DATABASE = "postgres";

  private Gateways() {}

  /**
   * A gateway with the bundled plugins, and one route to a server on which every client logs in as
   * itself.
   */
  static PosternBuilder before(PostgresServer server) {
    return withRoutes(List.of(route(server)));
  }

  static PosternBuilder withRoutes(List<Map<String, Object>> routes) {
    return RunningPostern.builder()
        .authenticator(new ScramAuthenticatorFactory(), Map.of())
        .router(new StaticRoutesFactory(), Map.of("routes", routes));
  }

  /** A gateway with the bundled authenticator, and a router of the test's own. */
  static PosternBuilder withRouter(Router router) {
    return RunningPostern.builder()
        .authenticator(new ScramAuthenticatorFactory(), Map.of())
        .router(router);
  }

  /** A route to a server on which every client logs in as itself. */
  static Route routeTo(PostgresServer server) {
    Backend backend = new Backend(server.host(), server.port(), BackendTls.DISABLED);
    return new Route("test", List.of(backend), null, BackendLogin.AS_CLIENT);
  }

  /** A gateway before a scripted server, with the bundled plugins; the caller adds users. */
  static PosternBuilder before(FakeBackend backend) {
    return before(backend, "session");
  }

  /** The same with a pooling mode. */
  static PosternBuilder before(FakeBackend backend, String mode) {
    return withRoutes(
        List.of(
            Map.of(
                "name",
                "fake",
                "backends",
                List.of(backend("127.0.0.1", backend.port())),
                "pool",
                Map.of("mode", mode))));
  }

  static Map<String, Object> route(PostgresServer server) {
    return Map.of("name", "everything", "backends", List.of(backend(server.host(), server.port())));
  }

  static Map<String, Object> backend(String host, int port) {
    return Map.of("host", host, "port", port);
  }

  /** The JVM's gateway without TLS, before the JVM's server. */
  static RunningPostern plain() {
    return Shared.PLAIN;
  }

  /** The JVM's gateway that requires TLS, before the JVM's server. */
  static RunningPostern encrypted() {
    return Shared.ENCRYPTED;
  }

  static PostgresServer server() {
    return PostgresServer.shared();
  }

  /** Creates a role on the JVM's server, and lets it in at the JVM's gateways. */
  static void createRole(String name) {
    server().createRole(name, PASSWORD);
    plain().importUser(server(), name);
    encrypted().importUser(server(), name);
  }

  /** Creates a role on a server, and lets it in at a gateway. */
  static void createRole(PostgresServer server, RunningPostern postern, String name) {
    server.createRole(name, PASSWORD);
    postern.importUser(server, name);
  }

  /** Connects with pgjdbc, as a role with the usual password to the database {@code postgres}. */
  static Connection connect(RunningPostern postern, String role) throws SQLException {
    return connect(postern, role, Map.of());
  }

  /** Connects with pgjdbc and some of its properties. */
  static Connection connect(RunningPostern postern, String role, Map<String, String> more)
      throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", role);
    properties.setProperty("password", PASSWORD);
    if (postern.isTls()) {
      properties.setProperty("sslmode", "verify-full");
      properties.setProperty("sslrootcert", AUTHORITY_FILE.toString());
    }
    properties.putAll(more);
    return DriverManager.getConnection(
        "jdbc:postgresql://%s:%d/%s".formatted(postern.host(), postern.port(), DATABASE),
        properties);
  }

  private static Path authorityFile() {
    try {
      Path file = Files.createTempFile("postern-authority", ".crt");
      file.toFile().deleteOnExit();
      return AUTHORITY.writeChain(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static final class Shared {
    static final RunningPostern PLAIN = before(server()).start();
    static final RunningPostern ENCRYPTED =
        before(server()).tls(AUTHORITY.server("localhost", "127.0.0.1")).start();
  }
}
