package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.proxy.config.ConfigurationException;
import dev.postern.proxy.server.Gateway;
import dev.postern.proxy.server.StartException;
import dev.postern.testkit.WireClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole installation: the configuration file, the bundled plugins as jars, the store. */
final class InstallationIT {
  private static final String ROLE = "installation_role";

  @TempDir Path home;

  @BeforeAll
  static void createRole() {
    Gateways.server().createRole(ROLE, Gateways.PASSWORD);
  }

  @Test
  void servesWithTheBundledPluginsOutOfTheirJars() throws Exception {
    BundledPlugins.install(home);
    try (Gateway gateway = start();
        WireClient client = loggedIn(gateway)) {
      assertThat(client.queryOne("SELECT session_user")).isEqualTo(ROLE);
      assertThat(gateway.plugins().descriptions()).hasSize(BundledPlugins.count());
    }
    assertThat(home.resolve("logs/queries.jsonl")).content().contains("SELECT session_user");
    try (Stream<Path> recordings = Files.list(home.resolve("data/recordings"))) {
      assertThat(recordings).hasSize(1);
    }
  }

  @Test
  void endsTheSessionsOfAUserThatIsDisabled() throws Exception {
    BundledPlugins.install(home);
    try (Gateway gateway = start();
        WireClient client = loggedIn(gateway)) {
      gateway.users().setEnabled(ROLE, false);
      client.expectFatal("57P01");
    }
  }

  @Test
  void keepsItsUsersOverARestart() throws Exception {
    BundledPlugins.install(home);
    try (Gateway gateway = start()) {
      loggedIn(gateway).close();
    }
    try (Gateway gateway = start();
        WireClient client = WireClient.connect(gateway.server().addresses().getFirst())) {
      client.login(ROLE, Gateways.PASSWORD, "postgres");
    }
  }

  @Test
  void saysWhichPluginIsMissing() throws IOException {
    Files.createDirectories(home.resolve("plugins"));
    assertThatThrownBy(this::start)
        .isInstanceOfSatisfying(StartException.class, e -> assertThat(e.isMisconfigured()).isTrue())
        .hasMessageContaining("scram");
  }

  private Gateway start() throws StartException, ConfigurationException, IOException {
    return Installations.start(
        home,
        """
        listeners: [{host: 127.0.0.1, port: 0}]
        authenticator: {plugin: scram}
        router:
          plugin: static-routes
          config: {routes: [{name: all, backends: [{host: 127.0.0.1, port: %d}]}]}
        interceptors:
          - {plugin: query-log, config: {file: logs/queries.jsonl}}
          - {plugin: recorder, config: {directory: data/recordings}}
        """
            .formatted(Gateways.server().port()));
  }

  private static WireClient loggedIn(Gateway gateway) {
    Installations.addUser(gateway, ROLE);
    WireClient client = WireClient.connect(gateway.server().addresses().getFirst());
    client.login(ROLE, Gateways.PASSWORD, "postgres");
    return client;
  }
}
