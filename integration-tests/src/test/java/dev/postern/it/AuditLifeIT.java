package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.greaterThan;

import dev.postern.proxy.admin.AdminClient;
import dev.postern.proxy.admin.AdminServer;
import dev.postern.proxy.server.Gateway;
import dev.postern.testkit.WireClient;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The audit log over the lives of gateways and of plugins. */
final class AuditLifeIT {
  private static final String ROLE = "audited_life_role";
  private static final int CLIENTS = 3;
  private static final int RELOADS = 4;

  @TempDir Path home;

  @BeforeAll
  static void createRole() {
    Gateways.server().createRole(ROLE, Gateways.PASSWORD);
  }

  private static String yaml(String mode, String more) {
    return """
    listeners: [{host: 127.0.0.1, port: 0}]
    authenticator: {plugin: scram}
    router:
      plugin: static-routes
      config:
        pool: {mode: %s, size: 2}
        routes: [{name: all, backends: [{host: 127.0.0.1, port: %d}]}]
    interceptors:
      - {plugin: audit, config: {directory: logs/audit, keep-literals: true%s}}
    """
        .formatted(mode, Gateways.server().port(), more);
  }

  private Path logs() {
    return home.resolve("logs/audit");
  }

  @ParameterizedTest
  @ValueSource(strings = {"session", "transaction"})
  void goesOnInOneChainWhileThePluginIsReloaded(String mode) throws Exception {
    BundledPlugins.install(home);
    Set<String> asked = ConcurrentHashMap.newKeySet();
    try (Gateway gateway = Installations.start(home, yaml(mode, ""))) {
      Installations.addUser(gateway, ROLE);
      try (AdminServer admin = Installations.administer(gateway, home);
          ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
        assertThat(admin).isNotNull();
        AdminClient operator = Installations.operator(home);
        InetSocketAddress address = gateway.server().addresses().getFirst();
        AtomicBoolean over = new AtomicBoolean();
        AtomicInteger number = new AtomicInteger();
        List<Future<?>> running = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
          boolean stays = i == 0;
          running.add(
              clients.submit(
                  () -> {
                    while (!over.get()) {
                      ask(address, stays ? over : new AtomicBoolean(true), number, asked);
                    }
                  }));
        }
        for (int i = 0; i < RELOADS; i++) {
          int before = asked.size();
          await().until(() -> asked.size(), greaterThan(before + 20));
          Files.writeString(
              Installations.file(home), yaml(mode, ", rotate: {size: %dKiB}".formatted(8 + i)));
          operator.reload(List.of("audit"));
        }
        over.set(true);
        for (Future<?> client : running) {
          client.get(30, TimeUnit.SECONDS);
        }
      }
    }
    assertThat(AuditedGateway.verify(logs()).findings()).isEmpty();
    assertThat(statements()).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(asked);
    assertThat(AuditedGateway.records(logs()))
        .filteredOn(record -> record.getString("kind").equals("joined"))
        .hasSize(RELOADS);
  }

  private static void ask(
      InetSocketAddress address, AtomicBoolean over, AtomicInteger number, Set<String> asked) {
    try (WireClient client = WireClient.connect(address)) {
      client.login(ROLE, Gateways.PASSWORD, "postgres");
      do {
        String sql = "SELECT " + number.incrementAndGet();
        client.queryOne(sql);
        asked.add(sql);
      } while (!over.get());
    }
  }

  private List<String> statements() {
    return AuditedGateway.records(logs()).stream()
        .filter(record -> record.getString("kind").equals("statement"))
        .map(record -> record.getString("sql"))
        .toList();
  }

  /** Whatever a client has an answer to is on the disk where each statement is synced. */
  @ParameterizedTest
  @ValueSource(strings = {"session", "transaction"})
  void isWholeAfterTheProcessWasKilled(String mode) throws Exception {
    BundledPlugins.install(home);
    String yaml = yaml(mode, ", sync: each, rotate: {size: 32KiB}");
    try (Gateway gateway = Installations.start(home, yaml)) {
      Installations.addUser(gateway, ROLE);
    }
    Set<String> answered = ConcurrentHashMap.newKeySet();
    for (int life = 0; life < 2; life++) {
      killWhileItServes(answered);
      assertThat(AuditedGateway.verify(logs()).findings())
          .as("half a record may stand at the end, and nothing else")
          .allSatisfy(finding -> assertThat(finding.what()).contains("that are no record"))
          .hasSizeLessThan(2);
      assertThat(statements()).containsAll(answered).doesNotHaveDuplicates();
    }
    Installations.start(home, yaml).close();
    assertThat(AuditedGateway.verify(logs()).findings()).isEmpty();
    assertThat(AuditedGateway.records(logs()))
        .filteredOn(record -> record.getBoolean("unclean", false))
        .hasSize(2);
  }

  private void killWhileItServes(Set<String> answered) throws Exception {
    Process postern = PosternCommand.start(home);
    try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      AdminClient operator = new AdminClient(home.resolve("run/admin.sock"));
      await()
          .atMost(Duration.ofSeconds(60))
          .ignoreExceptions()
          .until(() -> !operator.status().listeners().isEmpty());
      String listener = operator.status().listeners().getFirst();
      InetSocketAddress address =
          new InetSocketAddress(
              InetAddress.getLoopbackAddress(),
              Integer.parseInt(
                  listener.replaceFirst("^.*?127\\.0\\.0\\.1:", "").replaceAll("[^0-9].*", "")));
      int before = answered.size();
      AtomicInteger number = new AtomicInteger(1_000_000 + 10 * before);
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        running.add(clients.submit(() -> ask(address, new AtomicBoolean(), number, answered)));
      }
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> answered.size(), greaterThan(before + 100));
      postern.destroyForcibly().waitFor();
      for (Future<?> client : running) {
        assertThat(client).failsWithin(Duration.ofSeconds(30));
      }
    } finally {
      postern.destroyForcibly().waitFor();
    }
  }
}
