package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.it.TestPlugins.Part;
import dev.postern.proxy.admin.AdminClient;
import dev.postern.proxy.admin.AdminServer;
import dev.postern.proxy.admin.PluginRow;
import dev.postern.proxy.server.Gateway;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a plugin leaves behind when it is replaced shows in the log and in the list of plugins. */
final class PluginRemainsIT {
  private static final String GO_ON = "postern.test.remains.go-on";

  /** Three threads that end when the test says so, or are interrupted if somebody cares. */
  private static final String CREATE =
      """
      boolean leaks = context.instanceName().equals("leaky");
      Runnable endless = () -> {
        while (System.getProperty("%s") == null) {
          try { Thread.sleep(20); } catch (InterruptedException e) { if (!leaks) { return; } }
        }
      };
      Thread own = new Thread(endless, "own-worker");
      own.setContextClassLoader(null);
      own.start();
      java.util.concurrent.ExecutorService pool =
          java.util.concurrent.Executors.newFixedThreadPool(
              1, task -> new Thread(task, "pool-worker"));
      pool.execute(endless);
      pool.shutdown();
      context.threads().execute(endless);
      return new MessageInterceptor() {
        @Override public void open(SessionInfo session, Interests interests) {}
        @Override public void close() {
          if (!leaks) { own.interrupt(); pool.shutdownNow(); }
        }
      };
      """
          .formatted(GO_ON);

  @TempDir private Path home;

  @Test
  void areNamed() throws Exception {
    System.clearProperty(GO_ON);
    BundledPlugins.install(home);
    for (String name : List.of("leaky", "tidy")) {
      TestPlugins.with(Map.of(Part.NAME, "return \"" + name + "\";", Part.CREATE, CREATE))
          .write(home.resolve("plugins/" + name + ".jar"));
    }
    try (Gateway gateway = Installations.start(home, yaml("leaky", "tidy"));
        AdminServer _ = Installations.administer(gateway, home)) {
      AdminClient operator = Installations.operator(home);
      assertThat(oldLoaders(operator, "leaky")).isZero();
      Files.writeString(Installations.file(home), yaml());
      operator.reload(List.of("leaky", "tidy"));
      await().untilAsserted(() -> assertThat(oldLoaders(operator, "leaky")).isEqualTo(1));

      await()
          .atMost(Duration.ofSeconds(100))
          .untilAsserted(
              () ->
                  assertThat(Logs.containing("WARN", "threads of a plugin that was closed go on"))
                      .singleElement()
                      .asString()
                      .contains("plugin=\"leaky\"", "jar=\"plugins/leaky.jar\"")
                      .contains("leaky-0", "own-worker", "pool-worker", "java:"));
      awaitCollected(operator, "tidy");
      assertThat(oldLoaders(operator, "leaky")).isEqualTo(1);

    } finally {
      System.setProperty(GO_ON, "true"); // as long as the JVM lasts
    }
  }

  private static void awaitCollected(AdminClient operator, String plugin) {
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () -> {
              System.gc();
              assertThat(oldLoaders(operator, plugin)).isZero();
            });
  }

  private static int oldLoaders(AdminClient operator, String plugin) {
    return operator.plugins().stream()
        .filter(row -> row.name().equals(plugin))
        .findFirst()
        .map(PluginRow::oldLoaders)
        .orElseThrow();
  }

  private static String yaml(String... instances) {
    StringBuilder yaml =
        new StringBuilder(
            """
            listeners: [{host: 127.0.0.1, port: 0}]
            authenticator: {plugin: scram}
            router:
              plugin: static-routes
              config: {routes: [{name: all, backends: [{host: 127.0.0.1, port: %d}]}]}
            """
                .formatted(Gateways.server().port()));
    if (instances.length > 0) {
      yaml.append(
          "interceptors: [{plugin: %s}]\n".formatted(String.join("}, {plugin: ", instances)));
    }
    return yaml.toString();
  }
}
