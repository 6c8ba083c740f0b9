package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.api.auth.ScramVerifier;
import dev.postern.proxy.admin.AdminClient;
import dev.postern.proxy.admin.AdminServer;
import dev.postern.proxy.admin.PoolRow;
import dev.postern.proxy.admin.SessionRow;
import dev.postern.proxy.admin.UserAdministration;
import dev.postern.proxy.config.ConfigurationFile;
import dev.postern.proxy.server.Gateway;
import dev.postern.proxy.server.GatewayControl;
import dev.postern.proxy.user.NewVerifier;
import dev.postern.proxy.user.UserSettings;
import dev.postern.testkit.WireClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the operator is shown of pools, through the admin socket. */
final class PoolViewIT {
  private static final String ROLE = "pool_view_role";

  @TempDir Path home;
  private Gateway gateway;
  private AdminServer admin;
  private AdminClient operator;

  @BeforeAll
  static void createRole() {
    Gateways.server().createRole(ROLE, Gateways.PASSWORD);
  }

  @BeforeEach
  void start() throws Exception {
    BundledPlugins.install(home);
    Path file = Files.createDirectories(home.resolve("conf")).resolve("postern.yaml");
    Files.writeString(
        file,
        """
        listeners: [{host: 127.0.0.1, port: 0}]
        authenticator: {plugin: scram}
        router:
          plugin: static-routes
          config:
            pool: {mode: transaction, size: 1}
            routes: [{name: all, backends: [{host: 127.0.0.1, port: %d}]}]
        """
            .formatted(Gateways.server().port()));
    gateway = Gateway.start(ConfigurationFile.load(file, home), home);
    Path socket = home.resolve("admin/socket");
    admin =
        AdminServer.start(
            socket,
            new UserAdministration(gateway.users()),
            new GatewayControl(gateway, "test", _ -> {}));
    operator = new AdminClient(socket);
    ScramVerifier verifier = ScramVerifier.parse(Gateways.server().verifierOf(ROLE));
    gateway.users().add(ROLE, NewVerifier.of(verifier), UserSettings.UNLIMITED);
  }

  @AfterEach
  void stop() {
    admin.close();
    gateway.close();
  }

  @Test
  void aSessionSaysWhyItKeepsItsConnection() {
    try (WireClient client = loggedIn()) {
      client.query("SET ROLE " + ROLE);
      client.query("CREATE TEMPORARY TABLE kept (number int)");
      awaitPins("SET ROLE", "a temporary table");

      client.query("DISCARD TEMP");
      awaitPins("SET ROLE");
      assertThat(pool().idle()).isZero();

      client.query("RESET ROLE");
      awaitPins();
      await().until(() -> pool().idle() == 1);
    }
  }

  @Test
  void aSessionBeforeAFullPoolIsSeenToWait() throws Exception {
    try (WireClient first = loggedIn();
        WireClient second = loggedIn()) {
      first.query("BEGIN");
      CompletableFuture<String> answer =
          CompletableFuture.supplyAsync(() -> second.queryOne("SELECT 'served'"));

      await()
          .untilAsserted(
              () ->
                  assertThat(operator.sessions())
                      .extracting(SessionRow::state)
                      .containsExactly("idle in transaction", "waiting for a server connection"));
      assertThat(pool()).isEqualTo(row(1, 0, 1, 2));

      first.query("COMMIT");
      assertThat(answer.get(10, TimeUnit.SECONDS)).isEqualTo("served");
      await().untilAsserted(() -> assertThat(pool()).isEqualTo(row(1, 1, 0, 2)));
    }
  }

  private static PoolRow row(int open, int idle, int waiting, int sessions) {
    String server = "127.0.0.1:" + Gateways.server().port();
    return new PoolRow(
        "all", server, "postgres", ROLE, "transaction", 1, open, idle, waiting, sessions);
  }

  private PoolRow pool() {
    List<PoolRow> pools = operator.pools();
    assertThat(pools).hasSize(1);
    return pools.getFirst();
  }

  private void awaitPins(String... pins) {
    await()
        .untilAsserted(
            () ->
                assertThat(operator.sessions())
                    .singleElement()
                    .extracting(SessionRow::pins)
                    .isEqualTo(List.of(pins)));
  }

  private WireClient loggedIn() {
    WireClient client = WireClient.connect(gateway.server().addresses().getFirst());
    client.login(ROLE, Gateways.PASSWORD, "postgres");
    return client;
  }
}
