package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.api.auth.AuthenticatorFactory;
import dev.postern.api.routing.RouterFactory;
import dev.postern.proxy.admin.AdminClient;
import dev.postern.proxy.admin.AdminServer;
import dev.postern.proxy.admin.InstanceRow;
import dev.postern.proxy.server.Gateway;
import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Plugins that take no note of an interrupt: their logins end without them, and leave nothing. */
@SuppressWarnings("NullAway.Init") // before each
final class StuckLoginsIT {
  /** Set, it lets those go that are stuck. */
  private static final String GO_ON = "postern.test.stuck.go-on";

  /** As many as hold all threads on which logins run. */
  private static final int ALL_THREADS =
      Math.max(4, 2 * Runtime.getRuntime().availableProcessors());

  private static final int LOGINS = ALL_THREADS + 10;

  private static final String STUCK =
      """
      static void stuck() {
        while (System.getProperty("%s") == null) {
          try { Thread.sleep(50); } catch (InterruptedException e) { /* no note of it */ }
        }
      }
      """
          .formatted(GO_ON);

  private static final String AUTHENTICATOR =
      """
      package x;
      import dev.postern.api.*;
      import dev.postern.api.auth.*;
      public final class Factory implements AuthenticatorFactory<Factory.Config> {
        public record Config() {}
        @Override public String name() { return "proves"; }
        @Override public Class<Config> configType() { return Config.class; }
        @Override public Authenticator create(Config config, PluginContext context) {
          return exchange -> {
            if (exchange.startup().user().startsWith("proving")) { stuck(); }
            while (exchange.startup().user().equals("spinning")
                && System.getProperty("%s") == null) {
              Thread.onSpinWait();
            }
            return AuthenticatedUser.named(exchange.startup().user());
          };
        }
        %s
      }
      """
          .formatted(GO_ON, STUCK);

  private static final String ROUTER =
      """
      package x;
      import dev.postern.api.*;
      import dev.postern.api.routing.*;
      public final class Factory implements RouterFactory<Factory.Config> {
        public record Config(int port) {}
        @Override public String name() { return "decides"; }
        @Override public Class<Config> configType() { return Config.class; }
        @Override public Router create(Config config, PluginContext context) {
          return new Router() {
            @Override public Route route(RoutingRequest request) {
              String user = request.startup().user();
              if (user.equals("routing")) { stuck(); }
              Backend server = new Backend("127.0.0.1", config.port(), BackendTls.DISABLED);
              BackendLogin login = new BackendLogin("postgres", false, null, false, false);
              return user.equals("counting")
                  ? new Route("own", java.util.List.of(server), null, login)
                  : null;
            }
            @Override public void sessionOpened(Route route, Backend backend) { stuck(); }
            @Override public void sessionClosed(Route route, Backend backend) {
              org.slf4j.LoggerFactory.getLogger("x").warn("counted one less");
            }
          };
        }
        %s
      }
      """
          .formatted(STUCK);

  private static final String INTERCEPTOR =
      """
      return new MessageInterceptor() {
        @Override public void open(SessionInfo session, Interests interests) {
          if (!session.user().name().equals("opening")) { return; }
          if (context.instanceName().equals("third")) { stuck(); }
          org.slf4j.LoggerFactory.getLogger("x").warn("{} is opened", context.instanceName());
        }
        @Override public void refused(dev.postern.api.session.RefusedLogin login) {
          org.slf4j.LoggerFactory.getLogger("x").warn("{} is told of: {}",
              context.instanceName(), login.reason());
          boolean third = context.instanceName().equals("third");
          if (third && login.startup().user().equals("proving-longer")) {
            System.setProperty("%s", "true");
            try { Thread.sleep(300); } catch (InterruptedException e) { /* it is not */ }
          }
          if (third && login.startup().user().equals("refusing")) { stuck(); }
        }
        %s
      };
      """
          .formatted(GO_ON, STUCK.replace("static void", "void"));

  @TempDir private Path home;

  private Gateway gateway;
  private AdminServer admin;
  private AdminClient operator;

  @BeforeEach
  void serve() throws Exception {
    System.clearProperty(GO_ON);
    BundledPlugins.install(home);
    Path plugins = home.resolve("plugins");
    TestPlugins.of(AuthenticatorFactory.class, AUTHENTICATOR).write(plugins.resolve("auth.jar"));
    TestPlugins.of(RouterFactory.class, ROUTER).write(plugins.resolve("route.jar"));
    TestPlugins.with(Map.of(TestPlugins.Part.CREATE, INTERCEPTOR))
        .write(plugins.resolve("made.jar"));
    Files.createDirectories(home.resolve("conf"));
    gateway =
        Installations.start(
            home,
            """
            listeners: [{host: 127.0.0.1, port: 0}]
            timeouts: {login: 1s}
            limits: {sessions: 1, logins: LOGINS}
            authenticator: {plugin: proves, name: first}
            routers:
              - {plugin: decides, name: north, config: {port: PORT}}
              - plugin: static-routes
                config:
                  routes:
                    - name: all
                      match: {database: postgres}
                      backends: [{host: 127.0.0.1, port: PORT}]
                      login: {user: postgres}
                    - name: pooled
                      match: {database: pooled}
                      backends: [{host: 127.0.0.1, port: PORT}]
                      database: postgres
                      login: {user: postgres}
                      pool: {mode: session, size: 1}
                    - name: dedicated
                      match: {database: dedicated}
                      backends: [{host: 127.0.0.1, port: PORT}]
                      database: postgres
                      login: {user: postgres}
                      pool: {mode: dedicated}
            interceptors: [{plugin: made, name: third}, {plugin: made, name: fourth}]
            """
                .replace("LOGINS", Integer.toString(LOGINS))
                .replace("PORT", Integer.toString(TrustingServer.server().port())));
    admin = Installations.administer(gateway, home);
    operator = Installations.operator(home);
  }

  @AfterEach
  void stop() {
    System.setProperty(GO_ON, "true");
    admin.close();
    gateway.close();
    System.clearProperty(GO_ON);
  }

  @ParameterizedTest
  @CsvSource({"proving, first", "routing, north", "opening, third", "counting, north"})
  void areGivenUpByName(String user, String instance) throws Exception {
    WireMessage error = refusal(user, "postgres");
    assertThat(error.sqlState()).isEqualTo("57014");
    assertThat(error.text()).isEqualTo("canceling authentication due to timeout");

    assertThat(Logs.containing("ERROR", "login timed out: it takes no note of an interrupt"))
        .singleElement()
        .asString()
        .contains(" plugin=\"" + instance + "\"", " user=\"" + user + "\"", ".stuck(");
    assertThat(Logs.containing("is told of: it takes no note of an interrupt")).hasSize(2);
    assertThat(operator.status().logins()).isZero();
    assertThat(operator.instances().stream().filter(row -> row.name().equals(instance)))
        .singleElement()
        .satisfies(row -> assertThat(row.failures()).isEqualTo(1));

    // The only place is free, and a reload waits for nobody.
    goodLogin();
    operator.reload(List.of("first", "north", "third"));
    await()
        .untilAsserted(
            () ->
                assertThat(operator.instances())
                    .extracting(InstanceRow::state)
                    .containsOnly("in service"));

    System.setProperty(GO_ON, "true");
    await()
        .untilAsserted(
            () -> assertThat(Logs.containing("a login that was given up has come")).hasSize(1));
    assertThat(Logs.containing("login timed out")).hasSize(1);
    assertThat(Logs.containing("is told of")).hasSize(2);
    assertThat(Logs.containing("fourth is opened")).isEmpty();
    assertThat(Logs.containing("counted one less")).hasSize(user.equals("counting") ? 1 : 0);
    goodLogin();
  }

  @Test
  void areToldWhyThoughTheirThreadsComeBack() {
    assertThat(refusal("proving-longer", "postgres").sqlState()).isEqualTo("57014");
    assertThat(Logs.containing("a login that was given up has come")).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"pooled", "dedicated"})
  void giveBackTheirServerConnection(String database) {
    assertThat(refusal("opening", database).sqlState()).isEqualTo("57014");
    if (database.equals("dedicated")) {
      await().untilAsserted(() -> assertThat(serverConnectionsOfTests()).isZero());
    }
    goodLogin(database);
  }

  private static int serverConnectionsOfTests() {
    try (WireClient client = WireClient.connect(TrustingServer.server().address())) {
      client.login("postgres", "", "postgres");
      return Integer.parseInt(
          client.queryOne(
              "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'stuck-logins'"));
    }
  }

  @Test
  void areGivenUpWhereTheyHearOfARefusedLogin() {
    WireMessage error = refusal("refusing", "nowhere");
    assertThat(error.sqlState()).isEqualTo("57014");
    assertThat(Logs.containing("ERROR", "login timed out", " plugin=\"third\"")).hasSize(1);
    assertThat(Logs.containing("fourth is told of: it takes no note of an interrupt")).hasSize(1);
    goodLogin();
  }

  @Test
  void keepNobodyElseFromLoggingInWhereTheyHeldAllThreadsOfLogins() throws Exception {
    List<WireClient> clients = new ArrayList<>();
    try {
      for (int i = 0; i < ALL_THREADS; i++) {
        WireClient client = WireClient.connect(gateway.server().addresses().getFirst());
        clients.add(client);
        client.send(FrontendPackets.startup("user", "spinning", "database", "postgres"));
      }
      for (WireClient client : clients) {
        assertThat(client.expectError().sqlState()).isEqualTo("57014");
      }
      assertThat(Logs.containing("ERROR", "it takes no note of an interrupt", " plugin=\"first\""))
          .hasSameSizeAs(clients);
      goodLogin();
      assertThat(operator.status().logins()).isZero();
    } finally {
      System.setProperty(GO_ON, "true");
      clients.forEach(WireClient::close);
    }
    goodLogin();
  }

  @Test
  void areNoMoreThanThereMayBeLogins() {
    List<WireClient> clients = new ArrayList<>();
    try {
      for (int i = 0; i < LOGINS; i++) {
        WireClient client = WireClient.connect(gateway.server().addresses().getFirst());
        clients.add(client);
        client.send(FrontendPackets.startup("user", "proving", "database", "postgres"));
      }
      clients.forEach(client -> assertThat(client.expectError().sqlState()).isEqualTo("57014"));
      assertThat(refusal("anyone", "postgres").sqlState()).isEqualTo("53300");
      assertThat(Logs.containing("WARN", "login refused", "plugins do not let go")).hasSize(1);
    } finally {
      System.setProperty(GO_ON, "true");
      clients.forEach(WireClient::close);
    }
    goodLogin();
  }

  @Test
  void areGivenUpAtTheEnd() throws Exception {
    try (WireClient client = WireClient.connect(gateway.server().addresses().getFirst())) {
      client.send(FrontendPackets.startup("user", "proving", "database", "postgres"));
      await().until(() -> operator.status().logins() == 1);
      long begin = System.nanoTime();
      Thread closing = Thread.ofPlatform().start(gateway::close);
      WireMessage error = client.expectError();
      assertThat(error.sqlState()).isIn("57P03", "57014");
      closing.join(Duration.ofSeconds(20));
      assertThat(closing.isAlive()).isFalse();
      assertThat(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin)).isLessThan(15);
    }
    assertThat(Logs.containing("ERROR", "it takes no note of an interrupt")).hasSize(1);
  }

  private void goodLogin() {
    goodLogin("postgres");
  }

  private void goodLogin(String database) {
    await()
        .ignoreExceptionsInstanceOf(AssertionError.class)
        .untilAsserted(
            () -> {
              try (WireClient client =
                  WireClient.connect(gateway.server().addresses().getFirst())) {
                client.login("anyone", "", database);
                assertThat(client.queryOne("SELECT 1")).isEqualTo("1");
              }
            });
  }

  private WireMessage refusal(String user, String database) {
    try (WireClient client = WireClient.connect(gateway.server().addresses().getFirst())) {
      client.send(
          database.equals(
                  "dedicated") // connections of pools are shared by those who ask for the same
              ? FrontendPackets.startup(
                  "user", user, "database", database, "application_name", "stuck-logins")
              : FrontendPackets.startup("user", user, "database", database));
      WireMessage error = client.expectError();
      client.expectEnd();
      return error;
    }
  }
}
