package dev.postern.docs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.postern.proxy.config.ConfigurationFile;
import dev.postern.proxy.plugin.PluginDescription;
import dev.postern.proxy.server.Gateway;
import dev.postern.testkit.PostgresServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** The plugins of the author's guide, in a Postern with the guide's configuration. */
final class ExamplePluginIT {
  /** What the service answers to a name, a NUL and a password. */
  private static final Map<String, String> TENANTS =
      Map.of("alice\0secret", "acme", "admin\0secret", "acme", "stranger\0secret", "nowhere");

  @TempDir static Path home;

  private static HttpServer service;
  private static Gateway gateway;

  @BeforeAll
  static void start() throws Exception {
    service = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    service.createContext("/", ExamplePluginIT::answer);
    service.start();
    PostgresServer server = PostgresServer.shared();
    server.createRole("app", "password of app");
    install(server);
    gateway = Gateway.start(ConfigurationFile.load(home.resolve("conf/postern.yaml"), home), home);
  }

  private static void answer(HttpExchange request) throws IOException {
    String question = new String(request.getRequestBody().readAllBytes(), UTF_8);
    byte[] answer = TENANTS.getOrDefault(question, "").getBytes(UTF_8);
    request.sendResponseHeaders(answer.length > 0 ? 200 : 401, answer.length);
    request.getResponseBody().write(answer);
    request.close();
  }

  private static void install(PostgresServer server) throws Exception {
    Path classes = Files.createDirectory(home.resolve("classes"));
    ExampleProject project = new ExampleProject();
    project.compileMain(classes);
    project.pack(classes, Files.createDirectory(home.resolve("plugins")).resolve("example.jar"));
    Path conf = Files.createDirectory(home.resolve("conf"));
    Path password = Files.writeString(conf.resolve("app.password"), "password of app\n");
    Files.setPosixFilePermissions(password, PosixFilePermissions.fromString("rw-------"));
    String guides = Page.of("docs/plugin-authors-guide.md").blocks("yaml").getFirst().text();
    Files.writeString(
        conf.resolve("postern.yaml"),
        guides
            .replace("port: 6432", "port: 0")
            .replace(
                "https://login.example.com/check",
                "http://127.0.0.1:" + service.getAddress().getPort() + "/")
            .replace(
                "{host: db1.example.com, tls: verify-full}",
                "{host: %s, port: %d, tls: prefer}".formatted(server.host(), server.port())));
  }

  @AfterAll
  static void stop() {
    if (gateway != null) {
      gateway.close();
    }
    service.stop(0);
  }

  @Test
  void thePluginsAreThereUnderTheirNames() {
    assertThat(gateway.plugins().descriptions())
        .extracting(PluginDescription::name)
        .containsExactlyInAnyOrder(
            "http-login", "by-tenant", "seat-belt", "show-session", "failed-statements");
  }

  @Test
  void whomTheServiceKnowsRunsQueriesOnTheTenantsServer() throws Exception {
    try (Connection connection = connect("alice", "secret")) {
      assertThat(one(connection, "select current_user || ' ' || 6 * 7")).isEqualTo("app 42");
    }
  }

  @Test
  void aWrongPasswordIsRefused() {
    assertThatThrownBy(() -> connect("alice", "guess")).satisfies(hasSqlState("28P01"));
  }

  @Test
  void aTenantWithoutServerIsTurnedAway() {
    assertThatThrownBy(() -> connect("stranger", "secret")).satisfies(hasSqlState("3D000"));
  }

  @Test
  void theSeatBeltRefusesAStatementAndTheSessionGoesOn() throws Exception {
    try (Connection connection = connect("alice", "secret")) {
      assertThatThrownBy(() -> one(connection, "drop table if exists no_such_table"))
          .satisfies(hasSqlState("42501"));

      assertThat(one(connection, "select 1")).isEqualTo("1");
    }
  }

  @Test
  void anExemptUserMayDoIt() throws Exception {
    try (Connection connection = connect("admin", "secret");
        Statement statement = connection.createStatement()) {
      assertThat(statement.execute("drop table if exists no_such_table")).isFalse();
    }
  }

  @Test
  void theSessionIsShownWithoutTheServer() throws Exception {
    try (Connection connection = connect("alice", "secret")) {
      assertThat(one(connection, "SHOW SESSION")).isEqualTo("alice");
    }
  }

  @Test
  void theStatementThatFailsIsNamedThoughItWasPreparedLongBefore() throws Exception {
    Logger logger = (Logger) LoggerFactory.getLogger("com.example.postern.FailedStatements");
    ListAppender<ILoggingEvent> logged = new ListAppender<>();
    logged.start();
    logger.addAppender(logged);
    try (Connection connection = connect("alice", "secret");
        PreparedStatement division = connection.prepareStatement("select 1 / ?")) {
      for (int i = 10; i >= 0; i--) { // from the fifth time on under a name of the server's
        division.setInt(1, i);
        if (i > 0) {
          division.executeQuery().close();
        }
      }
      assertThatThrownBy(division::executeQuery).satisfies(hasSqlState("22012"));
    } finally {
      logger.detachAppender(logged);
    }
    assertThat(logged.list)
        .extracting(ILoggingEvent::getFormattedMessage)
        .containsExactly("failed: select 1 / $1");
  }

  private static Connection connect(String user, String password) throws SQLException {
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:%d/postgres?sslmode=require"
            .formatted(gateway.server().addresses().getFirst().getPort()),
        user,
        password);
  }

  private static String one(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getString(1);
    }
  }

  private static java.util.function.Consumer<Throwable> hasSqlState(String code) {
    return thrown -> assertThat(((SQLException) thrown).getSQLState()).isEqualTo(code);
  }
}
