package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.it.TestPlugins.Part;
import dev.postern.proxy.admin.AdminClient;
import dev.postern.proxy.admin.AdminException;
import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.WireClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The end of the process is Postern's: a plugin that calls {@code System.exit} is named, and
 * Postern does not end as if all was well; one that leaves a hook does not keep it from ending.
 */
final class UnaskedExitIT {
  private static final String LINE =
      "something ended the process that must not: Runtime.exit(0) plugin=\"plugins/made.jar\"";

  @TempDir private Path home;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "System.exit(0);",
        "Thread.ofPlatform().start(() -> Runtime.getRuntime().exit(0));",
        "interests.observeFrontend(dev.postern.api.message.Query.class, _ -> System.exit(0));"
      })
  void endsSessionsAsAnyStopDoes(String exit) throws Exception {
    String open = "if (\"leaver\".equals(session.startup().applicationName())) { " + exit + " }";
    install(Map.of(Part.OPEN, open));
    Process postern = PosternCommand.start(home);
    try {
      InetSocketAddress address = address();
      try (WireClient other = WireClient.connect(address);
          WireClient client = WireClient.connect(address)) {
        other.login("postgres", "", "postgres");
        assertThat(other.queryOne("SELECT 1")).isEqualTo("1");
        client.send(
            FrontendPackets.startup(
                "user", "postgres", "database", "postgres", "application_name", "leaver"));
        client.send(FrontendPackets.query("SELECT 1"));
        if (!exit.contains("observe")) { // its event loop is that of others
          other.expectFatal("57P01");
        }
        assertThat(postern.waitFor(60, TimeUnit.SECONDS)).isTrue();
      }
      assertThat(postern.exitValue()).isEqualTo(1);
      List<String> log = Files.readAllLines(home.resolve("output"));
      assertThat(log.stream().filter(line -> line.contains(LINE)))
          .singleElement()
          .asString()
          .contains(" ERROR ", "Factory.java");
      assertThat(log).anyMatch(line -> line.contains("at java.base/java.lang.Runtime.exit"));
      assertThat(log.getLast()).contains("stopped");
    } finally {
      postern.destroyForcibly().waitFor();
    }
  }

  @Test
  void isNoGoodStart() throws Exception {
    install(Map.of(Part.CREATE, "System.exit(0); return new Made();"));
    Process postern = PosternCommand.start(home);
    try {
      assertThat(postern.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(postern.exitValue()).isEqualTo(78);
      assertThat(Files.readString(home.resolve("output"))).contains(LINE);
    } finally {
      postern.destroyForcibly().waitFor();
    }
    PosternCommand.Result check = PosternCommand.run(home, Map.of(), "config", "check");
    assertThat(check.exitCode()).as("it makes no instance").isZero();
  }

  private static final Map<Part, String> ENDLESS_HOOK =
      Map.of(
          Part.CREATE,
          """
          Runtime.getRuntime().addShutdownHook(
              Thread.ofPlatform().unstarted(
                  () -> {
                    while (true) {
                      try { Thread.sleep(1000); } catch (InterruptedException e) { /* no note */ }
                    }
                  }));
          return new Made();
          """);

  @Test
  void isWhatAHookThatDoesNotEndCannotPreventAtAStartThatFails() throws Exception {
    install(ENDLESS_HOOK);
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = "port: " + taken.getLocalPort();
      Path file = Installations.file(home);
      Files.writeString(file, Files.readString(file).replaceFirst("port: 0", port));
      Process postern = PosternCommand.start(home);
      try {
        assertThat(postern.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(postern.exitValue()).isEqualTo(1);
        assertThat(Files.readString(home.resolve("output")))
            .contains("cannot listen on", "a shutdown hook does not end");
      } finally {
        postern.destroyForcibly().waitFor();
      }
    }
  }

  @Test
  void isWhatAHookThatDoesNotEndCannotPrevent() throws Exception {
    install(ENDLESS_HOOK);
    Process postern = PosternCommand.start(home);
    try {
      address();
      postern.destroy();
      assertThat(postern.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(postern.exitValue()).isZero();
      assertThat(Files.readString(home.resolve("output")))
          .contains("a shutdown hook does not end; going on without it: plugins/made.jar//x.");
    } finally {
      postern.destroyForcibly().waitFor();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"config check", "plugin verify plugins"})
  void isNoGoodCheck(String command) throws Exception {
    install(Map.of(Part.CONSTRUCTOR, "public Factory() { System.exit(0); }"));
    PosternCommand.Result result =
        PosternCommand.run(
            home,
            Map.of(),
            command.replace("plugins", home.resolve("plugins").toString()).split(" "));
    assertThat(result.exitCode()).isEqualTo(78);
    assertThat(result.errors()).anyMatch(line -> line.contains(LINE));
  }

  private void install(Map<Part, String> parts) throws Exception {
    BundledPlugins.install(home);
    TestPlugins.with(parts).write(home.resolve("plugins/made.jar"));
    TestPlugins.of(dev.postern.api.auth.AuthenticatorFactory.class, ANYONE)
        .write(home.resolve("plugins/anyone.jar"));
    Files.createDirectories(home.resolve("conf"));
    Files.writeString(
        Installations.file(home),
        """
        listeners: [{host: 127.0.0.1, port: 0}]
        authenticator: {plugin: anyone}
        router:
          plugin: static-routes
          config: {routes: [{name: all, backends: [{host: 127.0.0.1, port: %d}]}]}
        interceptors: [{plugin: made}]
        """
            .formatted(TrustingServer.server().port()));
  }

  private static final String ANYONE =
      """
      package x;
      import dev.postern.api.*;
      import dev.postern.api.auth.*;
      public final class Factory implements AuthenticatorFactory<Factory.Config> {
        public record Config() {}
        @Override public String name() { return "anyone"; }
        @Override public Class<Config> configType() { return Config.class; }
        @Override public Authenticator create(Config config, PluginContext context) {
          return exchange -> AuthenticatedUser.named(exchange.startup().user());
        }
      }
      """;

  private InetSocketAddress address() throws IOException {
    AdminClient operator = new AdminClient(home.resolve("run/admin.sock"));
    await()
        .atMost(Duration.ofSeconds(60))
        .ignoreExceptionsInstanceOf(AdminException.class)
        .until(() -> !operator.status().listeners().isEmpty());
    String text = operator.status().listeners().getFirst();
    return new InetSocketAddress(
        InetAddress.getLoopbackAddress(), Integer.parseInt(text.replaceAll(".*:", "")));
  }
}
