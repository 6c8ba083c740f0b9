package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.api.auth.AuthenticatorFactory;
import dev.postern.api.routing.RouterFactory;
import dev.postern.proxy.server.Gateway;
import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Of several instances the one that fails is named in the log, and it counts as its failure. */
@SuppressWarnings("NullAway.Init") // before all
final class BlamedPluginsIT {
  /** What it does depends on the user's name. */
  private static final String AUTHENTICATOR =
      """
      package x;
      import dev.postern.api.*;
      import dev.postern.api.auth.*;
      import dev.postern.api.session.*;
      public final class Factory implements AuthenticatorFactory<Factory.Config> {
        public record Config(String users) {}
        @Override public String name() { return "proves"; }
        @Override public Class<Config> configType() { return Config.class; }
        @Override public Authenticator create(Config config, PluginContext context) {
          return new Authenticator() {
            @Override public boolean claims(ClientInfo client, StartupParameters startup) {
              if (startup.user().equals(config.users() + "-claimed")) {
                throw new AssertionError("a broken claim");
              }
              return startup.user().startsWith(config.users());
            }
            @Override public AuthenticatedUser authenticate(AuthenticationExchange exchange)
                throws AuthenticationException {
              String user = exchange.startup().user();
              switch (user.substring(user.indexOf('-') + 1)) {
                case "thrown" -> throw new IllegalStateException("a broken proof");
                case "deep" -> deeper(0);
                case "class" -> throw new NoClassDefFoundError("com/acme/Gone");
                case "down" -> throw AuthenticationException.unavailable("a broken proof", null);
                case "slow" -> await(new java.util.concurrent.CountDownLatch(1));
                default -> {}
              }
              return AuthenticatedUser.named(user);
            }
          };
        }
        static int deeper(int depth) { return deeper(depth + 1) + deeper(depth + 2); }
        static void await(java.util.concurrent.CountDownLatch never) {
          try { never.await(); } catch (InterruptedException e) { /* goes on as if nothing were */ }
        }
      }
      """;

  private static final String ROUTER =
      """
      package x;
      import dev.postern.api.*;
      import dev.postern.api.routing.*;
      public final class Factory implements RouterFactory<Factory.Config> {
        public record Config(String users) {}
        @Override public String name() { return "decides"; }
        @Override public Class<Config> configType() { return Config.class; }
        @Override public Router create(Config config, PluginContext context) {
          return request -> {
            if (request.startup().user().equals(config.users() + "-nowhere")) {
              throw new AssertionError("a broken route");
            }
            return null;
          };
        }
      }
      """;

  private static final String OPEN =
      """
      return new MessageInterceptor() {
        @Override public void open(SessionInfo session, Interests interests) {
          if (session.user().name().equals("one-opened")) {
            throw new AssertionError("a broken opening");
          }
          if (session.user().name().equals("one-closed")) {
            interests.onClose(_ -> { throw new AssertionError("a broken end"); });
          }
          interests.interceptFrontend(dev.postern.api.message.Query.class, query ->
              switch (query.sql()) {
                case "SELECT 'never'" ->
                    Verdict.later(new java.util.concurrent.CompletableFuture<>());
                case "SELECT 'nothing'" ->
                    Verdict.later(java.util.concurrent.CompletableFuture.completedFuture(null));
                case "SELECT 'failed'" ->
                    Verdict.later(
                        java.util.concurrent.CompletableFuture.failedFuture(new Exception("late")));
                case "SELECT 'again'" ->
                    Verdict.later(
                        java.util.concurrent.CompletableFuture.completedFuture(
                            Verdict.later(new java.util.concurrent.CompletableFuture<>())));
                default -> Verdict.forward();
              });
        }
      };
      """;

  @TempDir static Path home;

  private static Gateway gateway;

  @BeforeAll
  static void serve() throws Exception {
    BundledPlugins.install(home);
    Path plugins = home.resolve("plugins");
    TestPlugins.of(AuthenticatorFactory.class, AUTHENTICATOR).write(plugins.resolve("auth.jar"));
    TestPlugins.of(RouterFactory.class, ROUTER).write(plugins.resolve("route.jar"));
    TestPlugins.with(Map.of(TestPlugins.Part.CREATE, OPEN)).write(plugins.resolve("made.jar"));
    Files.createDirectories(home.resolve("conf"));
    gateway =
        Installations.start(
            home,
            """
            listeners: [{host: 127.0.0.1, port: 0}]
            timeouts: {login: 1s, interceptor: 200ms}
            authenticators:
              chain:
                - {plugin: proves, name: first, config: {users: one}}
                - {plugin: proves, name: second, config: {users: two}}
            routers:
              - {plugin: decides, name: north, config: {users: one}}
              - {plugin: decides, name: south, config: {users: two}}
              - plugin: static-routes
                config:
                  routes:
                    - name: all
                      backends: [{host: 127.0.0.1, port: %d}]
                      login: {user: postgres}
            interceptors: [{plugin: made}]
            """
                .formatted(TrustingServer.server().port()));
  }

  @AfterAll
  static void stop() {
    gateway.close();
  }

  @ParameterizedTest
  @CsvSource({
    "one-claimed, first, login refused, a broken claim",
    "two-claimed, second, login refused, a broken claim",
    "two-thrown, second, login refused, a broken proof",
    "one-deep, first, login refused, StackOverflowError",
    "two-class, second, login refused, class com.acme.Gone is missing",
    "two-down, second, login refused, a broken proof",
    "two-slow, second, login timed out, ''",
    "one-nowhere, north, login refused, a broken route",
    "two-nowhere, south, login refused, a broken route",
    "one-opened, made, login refused, a broken opening"
  })
  void ofALogin(String user, String instance, String line, String reason) {
    long before = failures(instance);
    try (WireClient client = WireClient.connect(gateway.server().addresses().getFirst())) {
      client.send(FrontendPackets.startup("user", user, "database", "postgres"));
      WireMessage error = client.expectError();
      assertThat(error.severity()).isEqualTo("FATAL");
      assertThat(error.text()).doesNotContain("broken", "Gone", "Overflow");
    }
    await()
        .untilAsserted(
            () ->
                assertThat(Logs.containing("ERROR", line, reason, "user=\"" + user + "\""))
                    .singleElement()
                    .asString()
                    .contains(" plugin=\"" + instance + "\""));
    assertThat(Logs.containing("unexpectedly")).isEmpty();
    assertThat(failures(instance)).isEqualTo(before + 1);
  }

  @Test
  void ofTheEndOfASession() {
    long before = failures("made");
    try (WireClient client = WireClient.connect(gateway.server().addresses().getFirst())) {
      client.login("one-closed", "", "postgres");
    }
    await().untilAsserted(() -> assertThat(failures("made")).isEqualTo(before + 1));
    assertThat(Logs.containing("interceptor failed at the end of a session", "a broken end"))
        .hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"never", "nothing", "failed", "again"})
  void ofAVerdictThatIsAwaited(String text) {
    long before = failures("made");
    try (WireClient client = WireClient.connect(gateway.server().addresses().getFirst())) {
      client.login("one", "", "postgres");
      assertThat(client.queryOne("SELECT 'good'")).isEqualTo("good");
      assertThat(failures("made")).isEqualTo(before);
      client.send(FrontendPackets.query("SELECT '" + text + "'"));
      client.expectFatal("XX000");
    }
    assertThat(failures("made")).isEqualTo(before + 1);
  }

  private static long failures(String instance) {
    return gateway.plugins().instances().stream()
        .filter(view -> view.name().equals(instance))
        .findFirst()
        .orElseThrow()
        .failures();
  }
}
