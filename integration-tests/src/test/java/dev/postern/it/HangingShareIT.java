package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.postern.it.TestPlugins.Part;
import dev.postern.proxy.admin.AdminClient;
import dev.postern.proxy.admin.AdminException;
import dev.postern.proxy.admin.AdminServer;
import dev.postern.proxy.admin.InstanceRow;
import dev.postern.proxy.server.Gateway;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a plugin shares and never closes is in the way of nobody who shares something else. */
@Timeout(120)
final class HangingShareIT {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final String GO_ON = "postern.test.share.go-on";

  /** Shares what is called as it is. */
  private static final String CREATE =
      """
      AutoCloseable resource = () -> {
        while (context.instanceName().equals("endless") && System.getProperty("%s") == null) {
          try { Thread.sleep(50); } catch (InterruptedException e) { /* no note of it */ }
        }
      };
      context.shared("made." + context.instanceName(), AutoCloseable.class, () -> resource);
      return new Made();
      """
          .formatted(GO_ON);

  @TempDir private Path home;

  @Test
  void othersComeAndGo() throws Exception {
    System.clearProperty(GO_ON);
    BundledPlugins.install(home);
    TestPlugins.with(Map.of(Part.CREATE, CREATE)).write(home.resolve("plugins/made.jar"));
    try (Gateway gateway = Installations.start(home, yaml("endless", "other"));
        AdminServer _ = Installations.administer(gateway, home)) {
      AdminClient operator = Installations.operator(home);
      change("other");
      operator.reload(List.of("endless"));
      assertThat(Logs.containing("plugins reloaded")).hasSize(1);

      change("other", "third");
      operator.reload(List.of("other", "third"));
      change("third");
      operator.reload(List.of("other"));
      await() // the one that hangs may be closed before it, and is waited for
          .atMost(LIMIT)
          .untilAsserted(
              () ->
                  assertThat(operator.instances())
                      .extracting(InstanceRow::name)
                      .contains("third")
                      .doesNotContain("other"));

      change("third", "endless");
      assertThatThrownBy(() -> operator.reload(List.of("endless")))
          .isInstanceOf(AdminException.class)
          .hasMessageContaining("what is shared as made.endless is still being closed after");
      System.setProperty(GO_ON, "true");
      await()
          .atMost(LIMIT)
          .ignoreExceptionsInstanceOf(AdminException.class)
          .untilAsserted(() -> operator.reload(List.of("endless")));
    } finally {
      System.clearProperty(GO_ON);
    }
  }

  private void change(String... instances) throws Exception {
    Files.writeString(Installations.file(home), yaml(instances));
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
            interceptors:
            """
                .formatted(Gateways.server().port()));
    for (String instance : instances) {
      yaml.append("  - {plugin: made, name: %s}\n".formatted(instance));
    }
    return yaml.toString();
  }
}
