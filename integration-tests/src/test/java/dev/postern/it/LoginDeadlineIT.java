package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.testkit.FakeBackend;
import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.TestTls;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireServer;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** One deadline for the whole login, whatever the client sends meanwhile. */
final class LoginDeadlineIT {
  private static final Duration LIMIT = Duration.ofSeconds(1);
  private static final Duration TOLERANCE = Duration.ofSeconds(3);
  private static final byte[] STARTUP =
      FrontendPackets.startup("user", "deadline_role", "database", "postgres");

  private static RunningPostern postern;

  @BeforeAll
  static void addUser() {
    postern =
        Gateways.before(Gateways.server())
            .tls(Gateways.AUTHORITY.server("localhost"))
            .setting("listeners.0.tls.mode", "optional")
            .setting("timeouts.login", "1s")
            .start();
    Gateways.createRole(Gateways.server(), postern, "deadline_role");
  }

  @AfterAll
  static void stop() {
    postern.close();
  }

  static Stream<Arguments> waysToStopTalking() {
    return Stream.of(
        way("says nothing", client -> {}),
        way("sends half a packet", client -> client.send(new byte[] {0, 0, 0, 50, 0, 3})),
        way(
            "asks for TLS and says nothing more",
            client -> {
              client.send(FrontendPackets.sslRequest());
              client.readByte();
            }),
        way(
            "says nothing more after the handshake",
            client -> client.startTls(TestTls.client(Gateways.AUTHORITY))),
        way(
            "does not answer the authentication request",
            client -> {
              client.send(STARTUP);
              client.expect('R');
            }),
        way(
            "stops in the middle of SCRAM",
            client -> {
              client.send(STARTUP);
              client.expect('R');
              client.send(
                  FrontendPackets.saslInitialResponse("SCRAM-SHA-256", "n,,n=,r=abcdefghijklmnop"));
              client.expect('R');
            }));
  }

  private static Arguments way(String name, Consumer<WireClient> script) {
    return Arguments.of(name, script);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("waysToStopTalking")
  void endsAClientThat(String name, Consumer<WireClient> script) {
    try (WireClient client = WireClient.connect(postern.address())) {
      long start = System.nanoTime();
      script.accept(client);
      client.readToEnd();
      assertThat(Duration.ofNanos(System.nanoTime() - start))
          .isBetween(LIMIT.dividedBy(2), LIMIT.plus(TOLERANCE));
    }
  }

  @Test
  void isNotMovedByBytesThatKeepComing() {
    byte[] packet =
        FrontendPackets.startup("user", "deadline_role", "application_name", "x".repeat(2000));
    try (WireClient client = WireClient.connect(postern.address())) {
      long start = System.nanoTime();
      int sent = 0;
      try {
        while (sent < packet.length) {
          client.send(new byte[] {packet[sent++]});
          LockSupport.parkNanos(20_000_000);
        }
      } catch (UncheckedIOException e) {
        assertThat(sent).isLessThan(packet.length);
      }
      client.readToEnd();
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(LIMIT.plus(TOLERANCE));
    }
  }

  @Test
  void coversTheLoginAtTheServerToo() {
    try (FakeBackend silent = FakeBackend.start(WireServer::readToEnd);
        RunningPostern postern = Gateways.before(silent).setting("timeouts.login", "1s").start()) {
      Users.add(postern, "waiting");
      try (WireClient client = WireClient.connect(postern.address())) {
        client.send(FrontendPackets.startup("user", "waiting", "database", "postgres"));
        long start = System.nanoTime();
        assertThat(Logins.refusal(client, "waiting").severity()).isEqualTo("FATAL");
        client.expectEnd();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(LIMIT.plus(TOLERANCE));
      }
    }
  }

  @Test
  void servesGoodLoginsDuringAFloodOfSilentConnections() {
    List<WireClient> silent = new ArrayList<>();
    try (RunningPostern postern =
        Gateways.before(Gateways.server()).setting("timeouts.login", "30s").start()) {
      Gateways.createRole(Gateways.server(), postern, "deadline_role");
      for (int i = 0; i < 500; i++) {
        silent.add(WireClient.connect(postern.address()));
      }
      long start = System.nanoTime();
      try (WireClient client = WireClient.connect(postern.address())) {
        client.login("deadline_role", Gateways.PASSWORD, "postgres");
      }
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
    } finally {
      silent.forEach(WireClient::close);
    }
  }
}
