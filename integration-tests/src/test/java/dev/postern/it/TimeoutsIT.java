package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.api.routing.Pooling;
import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** How long things may take; for the login see {@link LoginDeadlineIT}. */
final class TimeoutsIT {
  private static final String ROLE = "timeouts_role";

  private static final AtomicInteger TABLES = new AtomicInteger();

  @BeforeAll
  static void createRole() {
    Gateways.server().createRole(ROLE, Gateways.PASSWORD);
  }

  @Test
  void endsASessionInWhichNothingPasses() {
    try (RunningPostern postern = idleAfter("1s");
        WireClient client = WireClient.connect(postern.address())) {
      client.login(ROLE, Gateways.PASSWORD, "postgres");
      client.expectFatal("57P05");
      await().untilAsserted(() -> assertThat(Sessions.of(Gateways.server(), ROLE)).isZero());
    }
  }

  @Test
  void keepsASessionInWhichSomethingPasses() {
    try (RunningPostern postern = idleAfter("3s");
        WireClient client = WireClient.connect(postern.address())) {
      client.login(ROLE, Gateways.PASSWORD, "postgres");
      for (int i = 0; i < 4; i++) {
        assertThat(client.queryOne("SELECT 'awake' FROM pg_sleep(1)")).isEqualTo("awake");
      }
    }
  }

  @Test
  void givesUpOnAServerThatCannotBeReached() throws IOException {
    List<Socket> queue = new ArrayList<>();
    try (ServerSocket full = new ServerSocket()) {
      full.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1);
      fill(full, queue);
      try (RunningPostern postern =
              Gateways.withRoutes(
                      List.of(
                          Map.of(
                              "name",
                              "full",
                              "backends",
                              List.of(Gateways.backend("127.0.0.1", full.getLocalPort())))))
                  .setting("timeouts.connect", "500ms")
                  .start();
          WireClient client = WireClient.connect(postern.address())) {
        Users.add(postern, ROLE);
        client.send(FrontendPackets.startup("user", ROLE, "database", "postgres"));
        long start = System.nanoTime();
        WireMessage error = Logins.refusal(client, ROLE);
        assertThat(error.sqlState()).isIn("08001", "08006", "57P03");
        assertThat(Duration.ofNanos(System.nanoTime() - start))
            .isBetween(Duration.ofMillis(400), Duration.ofSeconds(4));
      } finally {
        for (Socket socket : queue) {
          socket.close();
        }
      }
    }
  }

  @Test
  void goesOnToTheNextServerWhenOneRefusesTheConnection() throws IOException {
    int closedPort;
    try (ServerSocket closed = new ServerSocket(0)) {
      closedPort = closed.getLocalPort();
    }
    try (RunningPostern postern =
        Gateways.withRoutes(
                List.of(
                    Map.of(
                        "name",
                        "two",
                        "backends",
                        List.of(
                            Gateways.backend("127.0.0.1", closedPort),
                            Gateways.backend("127.0.0.1", Gateways.server().port())))))
            .start()) {
      postern.importUser(Gateways.server(), ROLE);
      for (int i = 0; i < 4; i++) {
        try (WireClient client = WireClient.connect(postern.address())) {
          client.login(ROLE, Gateways.PASSWORD, "postgres");
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("modes")
  void cancelsWhatAClientLeftBehindWhenItTakesTooLong(Pooling mode) {
    try (RunningPostern postern = departed(mode, "500ms")) {
      WireClient client = sleeping(postern);
      long start = System.nanoTime();
      client.close();
      awaitNobodyWorking(postern);
      assertThat(Duration.ofNanos(System.nanoTime() - start))
          .isBetween(Duration.ofMillis(500), Duration.ofSeconds(8));
      awaitLine("CLIENT_VANISHED");
    }
  }

  @ParameterizedTest
  @MethodSource("modes")
  void cancelsItBehindTerminateAsWell(Pooling mode) {
    try (RunningPostern postern = departed(mode, "500ms");
        WireClient client = sleeping(postern)) {
      client.send(FrontendPackets.terminate());
      client.expectEnd();
      awaitNobodyWorking(postern);
      awaitLine("CLIENT_TERMINATED");
    }
  }

  @ParameterizedTest
  @MethodSource("modes")
  void tellsAClientThatSendsNoMoreAndReads(Pooling mode) {
    try (RunningPostern postern = departed(mode, "500ms");
        WireClient client = sleeping(postern)) {
      client.shutdownOutput();
      assertThat(client.expectFatal("57014").text()).contains("its client sends no more");
      awaitNobodyWorking(postern);
    }
  }

  @ParameterizedTest
  @MethodSource("modes")
  void letsTheServerDoWhatItDoesInTime(Pooling mode) {
    String table = "in_time_" + TABLES.incrementAndGet();
    Gateways.server().execute("CREATE TABLE " + table + " (way text)");
    Gateways.server().execute("GRANT ALL ON " + table + " TO " + ROLE);
    for (String limit : List.of("20s", "0s")) {
      try (RunningPostern postern = departed(mode, limit);
          WireClient holder = loggedIn(postern)) {
        holder.query("BEGIN; LOCK TABLE " + table);
        WireClient client = loggedIn(postern);
        client.send(FrontendPackets.query("INSERT INTO " + table + " VALUES ('" + limit + "')"));
        Sessions.awaitWaitEvent(Gateways.server(), ROLE, "relation");
        client.close();
        await()
            .during(Duration.ofSeconds(1))
            .atMost(Duration.ofSeconds(5))
            .until(() -> postern.server().registry().sessions().size() == 2);
        holder.query("COMMIT");
        await().until(() -> Gateways.server().query("SELECT way FROM " + table).contains(limit));
        await().until(() -> postern.server().registry().sessions().size() == 1);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("modes")
  void waitsForNothingWhenTheClientIsReset(Pooling mode) {
    try (RunningPostern postern = departed(mode, "1h")) {
      sleeping(postern).reset();
      awaitNobodyWorking(postern);
    }
  }

  static Stream<Pooling> modes() {
    return Stream.of(Pooling.DEDICATED, Pooling.SESSION, Pooling.TRANSACTION);
  }

  private static RunningPostern departed(Pooling mode, String limit) {
    RunningPostern postern =
        RunningPostern.builder()
            .backend(Gateways.server(), mode)
            .setting("timeouts.departed", limit)
            .start();
    postern.importUser(Gateways.server(), ROLE);
    return postern;
  }

  private static WireClient loggedIn(RunningPostern postern) {
    WireClient client = WireClient.connect(postern.address());
    client.login(ROLE, Gateways.PASSWORD, "postgres");
    return client;
  }

  private static WireClient sleeping(RunningPostern postern) {
    WireClient client = loggedIn(postern);
    client.send(FrontendPackets.query("SELECT pg_sleep(300)"));
    Sessions.awaitWaitEvent(Gateways.server(), ROLE, "PgSleep");
    return client;
  }

  private static void awaitNobodyWorking(RunningPostern postern) {
    await()
        .atMost(Duration.ofSeconds(10))
        .until(
            () ->
                Sessions.busy(Gateways.server(), ROLE) == 0
                    && postern.server().registry().sessions().isEmpty());
  }

  private static void awaitLine(String reason) {
    await()
        .until(
            () ->
                Logs.containing("INFO dev.postern.access", "timeouts.departed (500 ms)", reason)
                        .size()
                    == 1);
  }

  /** Connects until the kernel takes no more connections for a listener that accepts none. */
  private static void fill(ServerSocket listener, List<Socket> queue) throws IOException {
    for (int i = 0; i < 16; i++) {
      Socket socket = new Socket();
      try {
        socket.connect(listener.getLocalSocketAddress(), 200);
        queue.add(socket);
      } catch (java.net.SocketTimeoutException e) {
        socket.close();
        return;
      }
    }
  }

  private static RunningPostern idleAfter(String time) {
    RunningPostern postern =
        Gateways.before(Gateways.server()).setting("timeouts.idle", time).start();
    postern.importUser(Gateways.server(), ROLE);
    return postern;
  }
}
