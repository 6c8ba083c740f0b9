package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

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
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** How long things may take; for the login see {@link LoginDeadlineIT}. */
final class TimeoutsIT {
  private static final String ROLE = "timeouts_role";

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
