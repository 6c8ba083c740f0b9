package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.it.TestPlugins.Part;
import dev.postern.proxy.admin.AdminClient;
import dev.postern.proxy.admin.AdminException;
import dev.postern.proxy.admin.InstanceRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A plugin that never closes keeps neither others from closing nor Postern from ending. */
final class HangingCloseIT {
  private static final String NEVER =
      """
      while (true) {
        try {
          new java.util.concurrent.CountDownLatch(1).await();
        } catch (InterruptedException e) {
          // It would not be the first to do so.
        }
      }
      """;

  @TempDir private Path home;

  @Test
  void isLeftBehindAtAReloadAndAtTheEnd() throws Exception {
    BundledPlugins.install(home);
    TestPlugins.with(Map.of(Part.CLOSE, NEVER)).write(home.resolve("plugins/made.jar"));
    Files.createDirectories(home.resolve("conf"));
    // Closed from the last to the first.
    Files.writeString(
        Installations.file(home),
        """
        listeners: [{host: 127.0.0.1, port: 0}]
        authenticator: {plugin: scram}
        router:
          plugin: static-routes
          config: {routes: [{name: all, backends: [{host: 127.0.0.1, port: %d}]}]}
        interceptors:
          - {plugin: audit, config: {directory: logs/audit}}
          - {plugin: made, name: endless}
        """
            .formatted(Gateways.server().port()));
    Process postern = PosternCommand.start(home);
    try {
      AdminClient operator = new AdminClient(home.resolve("run/admin.sock"));
      await()
          .atMost(Duration.ofSeconds(60))
          .ignoreExceptionsInstanceOf(AdminException.class)
          .until(() -> !operator.status().listeners().isEmpty());

      operator.reload(List.of("endless"));
      operator.reload(List.of("audit"));
      assertThat(operator.instances()).extracting(InstanceRow::name).contains("endless");
      await().atMost(Duration.ofSeconds(30)).until(() -> timesLeftBehind() == 1);

      postern.destroy();
      assertThat(postern.waitFor(60, TimeUnit.SECONDS)).as("it ends").isTrue();
      assertThat(timesLeftBehind()).isEqualTo(2);
      assertThat(postern.exitValue()).isIn(0, 143);
    } finally {
      postern.destroyForcibly().waitFor();
    }
    assertThat(AuditedGateway.verify(home.resolve("logs/audit")).findings()).isEmpty();
    assertThat(AuditedGateway.records(home.resolve("logs/audit")).getLast().getString("kind"))
        .isEqualTo("closed");
  }

  private long timesLeftBehind() throws IOException {
    return Files.readAllLines(home.resolve("output")).stream()
        .filter(line -> line.contains("WARN") && line.contains("plugin did not close in time"))
        .filter(line -> line.contains("plugin=\"endless\""))
        .count();
  }
}
