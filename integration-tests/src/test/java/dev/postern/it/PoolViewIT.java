package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.proxy.admin.AdminClient;
import dev.postern.proxy.admin.AdminServer;
import dev.postern.proxy.admin.PoolRow;
import dev.postern.proxy.admin.SessionRow;
import dev.postern.proxy.server.Gateway;
import dev.postern.proxy.user.UserSettings;
import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
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
    gateway =
        Installations.start(
            home,
            """
        listeners: [{host: 127.0.0.1, port: 0}]
        authenticator: {plugin: scram}
        router:
          plugin: static-routes
          config:
            pool: {mode: transaction, size: 1}
            routes:
              - name: sessions
                match: {database: template1}
                backends: [{host: 127.0.0.1, port: %1$d}]
                pool: {mode: session}
              - name: all
                backends: [{host: 127.0.0.1, port: %1$d}]
        """
                .formatted(Gateways.server().port()));
    admin = Installations.administer(gateway, home);
    operator = Installations.operator(home);
    Installations.addUser(gateway, ROLE);
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
  void aClientThatListensIsSeenToKeepNoConnection() {
    try (WireClient client = loggedIn()) {
      client.query("LISTEN news");
      await()
          .untilAsserted(
              () ->
                  assertThat(operator.sessions())
                      .extracting(SessionRow::channels)
                      .containsExactly(List.of("news")));
      awaitPins();
      assertThat(pool().listening()).isEqualTo(new PoolRow.Listening(true, 1, 1));
    }
  }

  @Test
  void aSessionBeforeAFullPoolIsSeenToWait() throws Exception {
    try (WireClient first = loggedIn();
        WireClient second = loggedIn()) {
      first.query("BEGIN");
      Instant before = Instant.now().truncatedTo(ChronoUnit.MILLIS);
      CompletableFuture<String> answer =
          CompletableFuture.supplyAsync(() -> second.queryOne("SELECT 'served'"));

      await()
          .untilAsserted(
              () ->
                  assertThat(operator.sessions())
                      .extracting(SessionRow::state)
                      .containsExactly("idle in transaction", "waiting for a server connection"));
      assertThat(operator.sessions().getLast())
          .satisfies(
              row -> {
                assertThat(row.waitingFor()).startsWith("all/postgres/" + ROLE + "@127.0.0.1:");
                assertThat(row.waitingSince()).isBetween(before, Instant.now());
              });
      PoolRow full = pool();
      assertThat(full).isEqualTo(row(2, 1, full.longestWait(), 1, 0));
      assertThat(full.longestWait()).isBetween(Duration.ZERO, Duration.ofSeconds(20));

      first.query("COMMIT");
      assertThat(answer.get(10, TimeUnit.SECONDS)).isEqualTo("served");
      await().untilAsserted(() -> assertThat(pool()).isEqualTo(row(2, 0, null, 0, 1)));
    }
  }

  @Test
  void aRetiredPoolIsSeenBesideItsSuccessorUntilItsLastConnectionIsClosed() {
    try (WireClient early = loggedIn()) {
      early.query("BEGIN");
      gateway.users().change(ROLE, new UserSettings(null, null, Set.of(), 7));
      try (WireClient late = loggedIn()) {
        assertThat(late.queryOne("SELECT 'served'")).isEqualTo("served");
        assertThat(operator.pools())
            .extracting(PoolRow::retiring)
            .containsExactlyInAnyOrder(true, false);
        assertThat(operator.pools())
            .filteredOn(PoolRow::retiring)
            .singleElement()
            .extracting(PoolRow::active)
            .isEqualTo(1);
        early.query("COMMIT");
        early.send(FrontendPackets.terminate());
        early.expectEnd();
        await()
            .untilAsserted(
                () ->
                    assertThat(operator.pools())
                        .singleElement()
                        .extracting(PoolRow::retiring)
                        .isEqualTo(false));
      }
    }
  }

  @Test
  void aLoginBeforeAFullSessionPoolIsSeenToWaitAndCanBeEnded() throws Exception {
    try (WireClient first = loggedIn("template1");
        WireClient second = WireClient.connect(gateway.server().addresses().getFirst())) {
      second.send(FrontendPackets.startup("user", ROLE, "database", "template1"));
      CompletableFuture<WireMessage> refusal =
          CompletableFuture.supplyAsync(() -> Logins.refusal(second, ROLE));
      await().until(() -> operator.sessions().size() == 2);
      SessionRow waiting = operator.sessions().getLast();
      assertThat(waiting.state()).isEqualTo("waiting for a server connection");
      assertThat(waiting.waitingFor()).startsWith("sessions/template1/" + ROLE + "@127.0.0.1:");
      assertThat(waiting.waitingSince()).isBetween(waiting.startedAt(), Instant.now());

      operator.kill(waiting.id());
      assertThat(refusal.get(10, TimeUnit.SECONDS).fields())
          .containsEntry('C', "57P01")
          .containsEntry('M', "terminating connection due to administrator command");
      assertThat(first.queryOne("SELECT 'unhurt'")).isEqualTo("unhurt");
      await().until(() -> operator.sessions().size() == 1);
    }
  }

  private static PoolRow row(
      int sessions, int waiting, @Nullable Duration longestWait, int active, int idle) {
    String server = "127.0.0.1:" + Gateways.server().port();
    return new PoolRow(
        "all",
        server,
        "postgres",
        ROLE,
        "transaction",
        false,
        sessions,
        waiting,
        longestWait,
        active,
        idle,
        0,
        1,
        0,
        0,
        0,
        0,
        new PoolRow.Listening(false, 0, 0));
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
    return loggedIn("postgres");
  }

  private WireClient loggedIn(String database) {
    WireClient client = WireClient.connect(gateway.server().addresses().getFirst());
    client.login(ROLE, Gateways.PASSWORD, database);
    return client;
  }
}
