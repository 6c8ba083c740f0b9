package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import dev.postern.it.TestPlugins.Part;
import dev.postern.proxy.admin.AdminClient;
import dev.postern.proxy.admin.AdminServer;
import dev.postern.proxy.admin.InstanceRow;
import dev.postern.proxy.admin.PluginRow;
import dev.postern.proxy.server.Gateway;
import dev.postern.testkit.Programs;
import dev.postern.testkit.WireClient;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Plugins that are replaced under pgbench, and what becomes of their numbers. */
@SuppressWarnings("NullAway.Init") // before each
final class ReloadUnderLoadIT {
  private static final String ROLE = "reload_under_load";
  private static final int TRANSACTIONS = 100;

  private static final String COUNTING =
      """
      Counter opened = context.counter("opened", "sessions");
      context.gauge("ready", "1", () -> 1);
      return new MessageInterceptor() {
        @Override public void open(SessionInfo session, Interests interests) { opened.increment(); }
      };
      """;

  @TempDir private Path home;

  private Gateway gateway;
  private AdminServer admin;
  private AdminClient operator;

  @BeforeAll
  static void createRole() {
    Gateways.server().createRole(ROLE, Gateways.PASSWORD);
  }

  @BeforeEach
  void install() throws Exception {
    BundledPlugins.install(home);
    TestPlugins.with(Map.of(Part.CREATE, COUNTING)).write(home.resolve("plugins/made.jar"));
  }

  @AfterEach
  void stop() {
    admin.close();
    gateway.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"session", "transaction"})
  void noLoginAndNoTransactionFailsAndTheOldLoadersAreCollected(String mode) throws Exception {
    serve(mode, "{plugin: made}");
    InetSocketAddress address = gateway.server().addresses().getFirst();
    CompletableFuture<String> load =
        CompletableFuture.supplyAsync(
            () ->
                Programs.require("pgbench")
                    .environment("PGHOST", address.getHostString())
                    .environment("PGPORT", Integer.toString(address.getPort()))
                    .environment("PGUSER", ROLE)
                    .environment("PGPASSWORD", Gateways.PASSWORD)
                    .environment("PGDATABASE", "postgres")
                    .with("-n", "-C", "-c", "4", "-j", "2", "-t", Integer.toString(TRANSACTIONS))
                    .with("-f", script().toString())
                    .run()
                    .expectSuccess()
                    .output());
    int reloads = 0;
    while (!load.isDone()) {
      operator.reload(List.of("scram", "static-routes", "made"));
      reloads++;
    }
    int all = 4 * TRANSACTIONS;
    assertThat(load.get(60, TimeUnit.SECONDS))
        .contains(all + "/" + all, "number of failed transactions: 0 ");
    assertThat(reloads).isGreaterThan(2);
    await()
        .untilAsserted(
            () ->
                assertThat(operator.instances())
                    .extracting(InstanceRow::state)
                    .containsOnly("in service"));
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () -> {
              System.gc();
              assertThat(operator.plugins())
                  .filteredOn(row -> !row.instances().isEmpty())
                  .hasSize(3)
                  .extracting(PluginRow::oldLoaders)
                  .containsOnly(0);
            });
  }

  @Test
  void theNumbersOfAnInstanceGoWithIt() throws Exception {
    serve("session", "{plugin: made, name: one}, {plugin: made, name: two}");
    try (WireClient old = loggedIn()) {
      loggedIn().close();
      assertThat(numbers("one")).containsExactly("opened 2", "ready 1");

      operator.reload(List.of("one"));
      loggedIn().close();
      assertThat(operator.instances())
          .filteredOn(row -> row.name().equals("one"))
          .extracting(InstanceRow::state, ReloadUnderLoadIT::text)
          .containsExactly(
              tuple("in service", List.of("opened 1", "ready 1")),
              tuple("leaving", List.of("opened 2", "ready 1")));
      assertThat(numbers("two")).containsExactly("opened 3", "ready 1");
      assertThat(old.queryOne("SELECT 1")).isEqualTo("1");
    }
    await().untilAsserted(() -> assertThat(numbers("one")).containsExactly("opened 1", "ready 1"));

    Files.writeString(Installations.file(home), yaml("session", "{plugin: made, name: two}"));
    operator.reload(List.of("one"));
    await().untilAsserted(() -> assertThat(numbers("one")).isEmpty());
    assertThat(numbers("two")).containsExactly("opened 3", "ready 1");
  }

  private List<String> numbers(String instance) {
    return operator.instances().stream()
        .filter(row -> row.name().equals(instance))
        .flatMap(row -> text(row).stream())
        .toList();
  }

  private static List<String> text(InstanceRow row) {
    return row.metrics().stream().map(InstanceRow.Metric::toString).toList();
  }

  private Path script() {
    try {
      return Files.writeString(home.resolve("pgbench.sql"), "SELECT 1;\n");
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private WireClient loggedIn() {
    WireClient client = WireClient.connect(gateway.server().addresses().getFirst());
    client.login(ROLE, Gateways.PASSWORD, "postgres");
    return client;
  }

  private void serve(String mode, String interceptors) throws Exception {
    gateway = Installations.start(home, yaml(mode, interceptors));
    Installations.addUser(gateway, ROLE);
    admin = Installations.administer(gateway, home);
    operator = Installations.operator(home);
  }

  private static String yaml(String mode, String interceptors) {
    return """
    listeners: [{host: 127.0.0.1, port: 0}]
    authenticator: {plugin: scram}
    router:
      plugin: static-routes
      config:
        pool: {mode: %s, size: 3}
        routes: [{name: all, backends: [{host: 127.0.0.1, port: %d}]}]
    interceptors: [%s]
    """
        .formatted(mode, Gateways.server().port(), interceptors);
  }
}
