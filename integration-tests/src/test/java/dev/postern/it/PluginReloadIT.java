package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.greaterThan;

import dev.postern.proxy.admin.AdminClient;
import dev.postern.proxy.admin.AdminException;
import dev.postern.proxy.admin.AdminServer;
import dev.postern.proxy.admin.InstanceRow;
import dev.postern.proxy.server.Gateway;
import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.WireClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Plugins change under sessions that go on. */
@SuppressWarnings("NullAway.Init") // each test starts
final class PluginReloadIT {
  private static final String ROLE = "stays_while_plugins_change";
  private static final int CLIENTS = 4;
  private static final int RELOADS = 5;

  @TempDir Path home;

  private Gateway gateway;
  private AdminServer admin;
  private AdminClient operator;

  @BeforeAll
  static void createRole() {
    Gateways.server().createRole(ROLE, Gateways.PASSWORD);
  }

  private static String yaml(String mode, String minimum) {
    return """
    listeners: [{host: 127.0.0.1, port: 0}]
    authenticator: {plugin: scram}
    router:
      plugin: static-routes
      config:
        pool: {mode: %s, size: 3}
        routes: [{name: all, backends: [{host: 127.0.0.1, port: %d}]}]
    interceptors:
      - {plugin: query-log, config: {file: logs/queries.jsonl%s}}
    """
        .formatted(mode, Gateways.server().port(), minimum);
  }

  private void start(String mode) throws Exception {
    BundledPlugins.install(home);
    serve(yaml(mode, ""));
  }

  private void serve(String yaml) throws Exception {
    gateway = Installations.start(home, yaml);
    Installations.addUser(gateway, ROLE);
    admin = Installations.administer(gateway, home);
    operator = Installations.operator(home);
  }

  @AfterEach
  void stop() {
    admin.close();
    gateway.close();
  }

  private WireClient loggedIn() {
    WireClient client = WireClient.connect(gateway.server().addresses().getFirst());
    client.login(ROLE, Gateways.PASSWORD, "postgres");
    return client;
  }

  @ParameterizedTest
  @ValueSource(strings = {"session", "transaction"})
  void failsNoQueryOfSessionsThatGoOnNorOfNewOnes(String mode) throws Exception {
    start(mode);
    AtomicBoolean over = new AtomicBoolean();
    AtomicInteger answers = new AtomicInteger();
    try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> running = new ArrayList<>();
      running.add(clients.submit(() -> ask(loggedIn(), over, answers)));
      for (int i = 1; i < CLIENTS; i++) {
        running.add(
            clients.submit(
                () -> {
                  while (!over.get()) {
                    ask(loggedIn(), new AtomicBoolean(true), answers);
                  }
                }));
      }
      for (int i = 0; i < RELOADS; i++) {
        int before = answers.get();
        await().untilAtomic(answers, greaterThan(before + CLIENTS));
        operator.reload(List.of("scram", "static-routes", "query-log"));
      }
      over.set(true);
      for (Future<?> client : running) {
        client.get(30, TimeUnit.SECONDS);
      }
    }
    await()
        .untilAsserted(
            () ->
                assertThat(operator.instances())
                    .extracting(InstanceRow::state)
                    .containsOnly("in service"));
    assertThat(operator.instances()).extracting(InstanceRow::failures).containsOnly(0L);
  }

  /** At least once; further times until it is over. */
  private static void ask(WireClient session, AtomicBoolean over, AtomicInteger answers) {
    try (session) {
      do {
        assertThat(session.queryOne("SELECT 6 * 7")).isEqualTo("42");
        answers.incrementAndGet();
      } while (!over.get());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"session", "transaction"})
  void givesNewSessionsTheNewConfigurationAndOldOnesTheirs(String mode) throws Exception {
    start(mode);
    try (WireClient old = loggedIn()) {
      Files.writeString(Installations.file(home), yaml(mode, ", slower-than: 1h"));
      operator.reload(List.of("query-log"));
      try (WireClient young = loggedIn()) {
        assertThat(young.queryOne("SELECT 'young'")).isEqualTo("young");
        assertThat(old.queryOne("SELECT 'old'")).isEqualTo("old");
        await()
            .untilAsserted(
                () ->
                    assertThat(home.resolve("logs/queries.jsonl"))
                        .content()
                        .contains("'old'")
                        .doesNotContain("'young'"));
        assertThat(operator.instances())
            .filteredOn(row -> row.name().equals("query-log"))
            .extracting(InstanceRow::state, InstanceRow::sessions)
            .containsExactly(tuple("in service", 0), tuple("leaving", 1));
      }
    }
  }

  /** The operator puts another jar there, and its digest into the configuration. */
  @ParameterizedTest
  @ValueSource(strings = {"session", "transaction"})
  void takesAnotherJarByTheDigestThatTheConfigurationNamesNow(String mode) throws Exception {
    String made = "  - {plugin: made}\n";
    BundledPlugins.install(home);
    Path jar = home.resolve("plugins/made.jar");
    TestPlugins.good().write(jar);
    serve(yaml(mode, "") + made + pins());
    List<Instant> before = inService("made");
    replace(jar, TestPlugins.with(Map.of(TestPlugins.Part.CLOSE, "int another = 1;")));

    assertThatThrownBy(() -> operator.reload(List.of("made")))
        .isInstanceOfSatisfying(
            AdminException.class,
            e -> assertThat(e.reason()).isEqualTo(AdminException.Reason.INVALID))
        .hasMessageContaining("plugins/made.jar: has the SHA-256 ");
    assertThat(inService("made")).isEqualTo(before);

    Files.writeString(Installations.file(home), yaml(mode, "") + made + pins());
    operator.reload(List.of("made"));
    assertThat(inService("made")).hasSize(1).doesNotContainAnyElementsOf(before);
    try (WireClient client = loggedIn()) {
      assertThat(client.queryOne("SELECT 1")).isEqualTo("1");
    }

    // Pins that are gone pin nothing, as at a start.
    replace(jar, TestPlugins.good());
    Files.writeString(Installations.file(home), yaml(mode, "") + made);
    operator.reload(List.of("made"));
  }

  /**
   * An instance that may block comes while a client is about to log in, whose connection was
   * accepted when there was none.
   */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void keepsLoginsOffTheEventLoopsOnceAPluginMayBlock(boolean mayBlock) throws Exception {
    String seen = "postern.test.reload.thread";
    BundledPlugins.install(home);
    TestPlugins.with(
            Map.of(
                TestPlugins.Part.CREATE,
                """
                return new MessageInterceptor() {
                  @Override public boolean mayBlock() { return %s; }
                  @Override public void open(SessionInfo session, Interests interests) {
                    System.setProperty("%s", Thread.currentThread().toString());
                  }
                };
                """
                    .formatted(mayBlock, seen)))
        .write(home.resolve("plugins/made.jar"));
    serve(yaml("session", ""));
    try (WireClient early = WireClient.connect(gateway.server().addresses().getFirst())) {
      early.send(FrontendPackets.sslRequest());
      assertThat(early.readByte()).isEqualTo('N');
      Files.writeString(Installations.file(home), yaml("session", "") + "  - {plugin: made}\n");
      operator.reload(List.of("made"));
      early.login(ROLE, Gateways.PASSWORD, "postgres");
      assertThat(System.getProperty(seen)).contains(mayBlock ? "@ForkJoinPool" : "@loop-");

      System.clearProperty(seen);
      loggedIn().close();
      assertThat(System.getProperty(seen)).contains(mayBlock ? "@login-carrier" : "@loop-");
    } finally {
      System.clearProperty(seen);
    }
  }

  /** When its instances were made. */
  private List<Instant> inService(String plugin) {
    return operator.instances().stream()
        .filter(row -> row.plugin().equals(plugin) && row.state().equals("in service"))
        .map(InstanceRow::createdAt)
        .toList();
  }

  private void replace(Path jar, TestJar other) throws Exception {
    Path beside = home.resolve("made.jar.new");
    other.write(beside);
    Files.move(beside, jar, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private String pins() throws Exception {
    return Installations.pins(home.resolve("plugins"), Map.of());
  }

  @ParameterizedTest
  @ValueSource(strings = {"session", "transaction"})
  void leavesTheOldOnesInServiceWhereSomethingIsWrong(String mode) throws Exception {
    start(mode);
    Files.writeString(
        Installations.file(home), yaml(mode, ", slower-than: soon, max-length: many"));

    assertThatThrownBy(() -> operator.reload(List.of("query-log")))
        .isInstanceOfSatisfying(
            AdminException.class,
            e -> assertThat(e.reason()).isEqualTo(AdminException.Reason.INVALID))
        .hasMessageContaining("slower-than: soon");
    assertThat(Logs.containing("plugins not reloaded", "slower-than: soon", "max-length: many"))
        .singleElement()
        .asString()
        .contains("; ")
        .doesNotContain("\n");
    assertThatThrownBy(() -> operator.reload(List.of("quary-log")))
        .isInstanceOfSatisfying(
            AdminException.class,
            e -> assertThat(e.reason()).isEqualTo(AdminException.Reason.NOT_FOUND))
        .hasMessageContaining("in service: scram, static-routes, query-log");

    try (WireClient client = loggedIn()) {
      assertThat(client.queryOne("SELECT 1")).isEqualTo("1");
    }
    await()
        .untilAsserted(
            () -> assertThat(home.resolve("logs/queries.jsonl")).content().contains("SELECT 1"));
  }
}
