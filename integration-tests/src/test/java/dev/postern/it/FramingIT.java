package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.message.FrontendMessage;
import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Messages that are not what they claim, after the login. The session ends or gets an error, and
 * the next client does not notice; the same whether Postern looks at messages or not.
 */
final class FramingIT {
  private static final String ROLE = "framing_role";

  private static RunningPostern watching;

  @BeforeAll
  static void createRole() {
    watching =
        Gateways.before(Gateways.server())
            .interceptor(
                "watcher",
                (session, interests) ->
                    interests.observeFrontend(FrontendMessage.class, message -> {}))
            .start();
    Gateways.createRole(ROLE);
    watching.importUser(Gateways.server(), ROLE);
  }

  @AfterAll
  static void stop() {
    watching.close();
  }

  static Stream<Arguments> lies() {
    return Stream.of(false, true)
        .flatMap(
            watched ->
                Stream.of(
                    lie(watched, "Query of length 0", FrontendPackets.header('Q', 0)),
                    lie(watched, "Query of length 3", FrontendPackets.header('Q', 3)),
                    lie(watched, "Query of length -1", FrontendPackets.header('Q', -1)),
                    lie(
                        watched,
                        "Query of the least length",
                        FrontendPackets.header('Q', Integer.MIN_VALUE)),
                    lie(watched, "Query of 2 GiB", FrontendPackets.header('Q', Integer.MAX_VALUE)),
                    lie(watched, "Sync of 10 MiB", FrontendPackets.header('S', 10 << 20)),
                    lie(watched, "Query without an end", FrontendPackets.message('Q', (byte) 'x')),
                    lie(watched, "type 0", FrontendPackets.message('\0')),
                    lie(watched, "an unknown type", FrontendPackets.message('~', (byte) 1)),
                    lie(
                        watched,
                        "Terminate with a body",
                        FrontendPackets.message('X', (byte) 1, (byte) 2)),
                    lie(watched, "Parse cut short", FrontendPackets.message('P', (byte) 'a')),
                    lie(
                        watched,
                        "Bind with a count that is too great",
                        FrontendPackets.message('B', new byte[] {0, 0, 127, -1}))));
  }

  private static Arguments lie(boolean watched, String name, byte[] packet) {
    return Arguments.of(watched ? "watched" : "raw", name, packet);
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("lies")
  void endsOrAnswersWithAnErrorAndHarmsNobody(String mode, String name, byte[] packet) {
    RunningPostern postern = mode.equals("watched") ? watching : Gateways.plain();
    try (WireClient client = WireClient.connect(postern.address())) {
      client.login(ROLE, Gateways.PASSWORD, "postgres");
      client.patience(Duration.ofSeconds(15));
      try {
        client.send(packet, FrontendPackets.query("SELECT 1"));
        client.shutdownOutput();
        client.readToEnd();
      } catch (UncheckedIOException e) {
        assertThat(e).hasMessageNotContaining("timed out");
      }
    }
    try (WireClient next = WireClient.connect(postern.address())) {
      next.login(ROLE, Gateways.PASSWORD, "postgres");
      assertThat(next.queryOne("SELECT 1")).isEqualTo("1");
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("modes")
  void reservesNothingForAMessageThatOnlyClaimsToBeLarge(String mode) {
    RunningPostern postern = mode.equals("watched") ? watching : Gateways.plain();
    WireClient[] clients = new WireClient[50];
    long before = Memory.used();
    try {
      for (int i = 0; i < clients.length; i++) {
        clients[i] = WireClient.connect(postern.address());
        clients[i].login(ROLE, Gateways.PASSWORD, "postgres");
        clients[i].send(
            FrontendPackets.header('Q', mode.equals("watched") ? 16 << 20 : 1 << 30),
            new byte[1024]);
      }
      assertThat(Memory.used() - before).isLessThan(64L << 20);
    } finally {
      for (WireClient client : clients) {
        if (client != null) {
          client.close();
        }
      }
    }
  }

  static Stream<String> modes() {
    return Stream.of("raw", "watched");
  }
}
