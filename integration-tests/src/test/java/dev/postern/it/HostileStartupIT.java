package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.WireClient;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * First packets that no good client sends. Each is refused at once, and the next client does not
 * notice.
 */
final class HostileStartupIT {
  private static final String ROLE = "hostile_startup_role";

  @BeforeAll
  static void createRole() {
    Gateways.createRole(ROLE);
  }

  @AfterEach
  void stillLetsGoodClientsIn() {
    try (WireClient client = WireClient.connect(Gateways.plain().address())) {
      client.login(ROLE, Gateways.PASSWORD, "postgres");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {Integer.MIN_VALUE, -1, 0, 1, 4, 7, 10_005, 16_777_216, Integer.MAX_VALUE})
  void refusesALengthOutsideTheLimits(int length) {
    try (WireClient client = WireClient.connect(Gateways.plain().address())) {
      client.send(FrontendPackets.startupClaiming(length, new byte[] {0, 3, 0, 0}));
      Startups.expectRefused(client);
    }
  }

  /** Many times, because each is to be gone before it is accepted. */
  @Test
  void hasNothingToSayAboutClientsThatWereGoneAtOnce() throws IOException {
    Queue<Throwable> uncaught = new ConcurrentLinkedQueue<>();
    var before = Thread.getDefaultUncaughtExceptionHandler();
    Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> uncaught.add(failure));
    try {
      for (int i = 0; i < 1000; i++) {
        Socket client = new Socket();
        client.connect(Gateways.plain().address());
        client.setSoLinger(true, 0);
        client.close();
      }
      stillLetsGoodClientsIn();
      await().until(() -> Gateways.plain().server().registry().logins() == 0);
    } finally {
      Thread.setDefaultUncaughtExceptionHandler(before);
    }
    assertThat(uncaught).isEmpty();
  }

  @Test
  void takesAPacketOfTheGreatestLength() {
    byte[] shortest =
        FrontendPackets.startup("user", ROLE, "database", "postgres", "application_name", "");
    String filling = "x".repeat(10_004 - shortest.length);
    try (WireClient client = WireClient.connect(Gateways.plain().address())) {
      client.send(
          FrontendPackets.startup(
              "user", ROLE, "database", "postgres", "application_name", filling));
      client.authenticate(ROLE, Gateways.PASSWORD);
      client.greeting();
    }
  }

  static Stream<Arguments> malformed() {
    String good = "user\0" + ROLE + "\0database\0postgres\0\0";
    return Stream.of(
        Arguments.of("no terminator", packet("user\0" + ROLE + "\0database\0postgres\0")),
        Arguments.of("a name without a value", packet("user\0" + ROLE + "\0database\0\0")),
        Arguments.of("a value without an end", packet("user\0" + ROLE)),
        Arguments.of("a name without an end", packet("user")),
        Arguments.of("nothing but the version", packet("")),
        Arguments.of("an empty list", packet("\0")),
        Arguments.of("bytes behind the end", packet(good + "more")),
        Arguments.of("an empty user name", packet("user\0\0database\0postgres\0\0")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("malformed")
  void refusesAMalformedPacket(String name, byte[] packet) {
    try (WireClient client = WireClient.connect(Gateways.plain().address())) {
      client.send(packet);
      Startups.expectRefused(client);
    }
  }

  @Test
  void endsTheConnectionOfAClientThatStopsInTheMiddle() {
    byte[] packet = FrontendPackets.startup("user", ROLE, "database", "postgres");
    for (int length = 0; length < packet.length; length += 3) {
      try (WireClient client = WireClient.connect(Gateways.plain().address())) {
        client.send(Arrays.copyOf(packet, length));
        client.shutdownOutput();
        Startups.expectRefused(client);
      }
    }
  }

  @Test
  void survivesRandomBytes() {
    Random random = new Random(4711);
    for (int round = 0; round < 300; round++) {
      byte[] noise = new byte[1 + random.nextInt(200)];
      random.nextBytes(noise);
      try (WireClient client = WireClient.connect(Gateways.plain().address())) {
        client.send(noise);
        client.shutdownOutput();
        byte[] answer = client.readToEnd().toByteArray();
        assertThat(answer.length == 0 ? 'E' : (char) answer[0]).isIn('E', 'N');
      }
    }
  }

  @Test
  void survivesRandomBytesInThePlaceOfATlsHandshake() {
    Random random = new Random(815);
    for (int round = 0; round < 50; round++) {
      byte[] noise = new byte[1 + random.nextInt(400)];
      random.nextBytes(noise);
      try (WireClient client = WireClient.connect(Gateways.encrypted().address())) {
        client.send(FrontendPackets.sslRequest());
        client.readByte();
        client.send(noise);
        client.shutdownOutput();
        client.readToEnd();
      }
    }
  }

  /** CVE-2023-34462: nine bytes must not buy sixteen megabytes. */
  @Test
  void reservesNothingForAClientHelloThatOnlyClaimsToBeLong() {
    byte[] hello = {0x16, 0x03, 0x01, 0x40, 0x00, 0x01, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF};
    WireClient[] clients = new WireClient[200];
    long before = Memory.used();
    try {
      for (int i = 0; i < clients.length; i++) {
        clients[i] = WireClient.connect(Gateways.encrypted().address());
        clients[i].send(hello);
      }
      stillLetsGoodClientsIn();
      assertThat(Memory.used() - before).isLessThan(16L << 20);
    } finally {
      for (WireClient client : clients) {
        client.close();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {-5, -1, 0x7FFF_FFFF, 5, 3, 0})
  void refusesASaslResponseThatLiesAboutItsLength(int length) {
    byte[] mechanism = "SCRAM-SHA-256\0".getBytes(StandardCharsets.US_ASCII);
    byte[] data = "n,,n=,r=abcdefghijklmnop".getBytes(StandardCharsets.US_ASCII);
    byte[] body =
        ByteBuffer.allocate(mechanism.length + 4 + data.length)
            .put(mechanism)
            .putInt(length)
            .put(data)
            .array();
    refusedInSasl(FrontendPackets.message('p', body));
  }

  static Stream<String> malformedFirstMessages() {
    return Stream.of(
        "",
        ",",
        "n",
        "n,",
        "n,,",
        "n,,n",
        "n,,n=",
        "n,,n=,",
        "n,,n=,r",
        "n,,n=,r=",
        "x,,n=,r=abc",
        "n,a=admin,n=,r=abc",
        "n,,m=ext,n=,r=abc",
        "n,,r=abc,n=",
        "n,,n=\0,r=abc",
        "n,,n=,r=a\0bc",
        "y",
        "y,,",
        "p=,,n=,r=abc",
        "p=tls-unique,,n=,r=abc",
        "p=tls-server-end-point,,n=,r=abc",
        "n,,n=,r=" + "\u00e4",
        "n,,n=,r=abc,x",
        "n,,n=,r=" + "r".repeat(9000));
  }

  @ParameterizedTest
  @MethodSource("malformedFirstMessages")
  void refusesAMalformedClientFirstMessage(String message) {
    refusedInSasl(FrontendPackets.saslInitialResponse("SCRAM-SHA-256", message));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "SCRAM-SHA-1",
        "SCRAM-SHA-256-PLUS",
        "scram-sha-256",
        "PLAIN",
        "SCRAM-SHA-256 "
      })
  void refusesAMechanismThatItDidNotOffer(String mechanism) {
    refusedInSasl(FrontendPackets.saslInitialResponse(mechanism, "n,,n=,r=abcdefghijklmnop"));
  }

  static Stream<String> malformedFinalMessages() {
    return Stream.of(
        "",
        "c",
        "c=",
        "c=biws",
        "c=biws,r=",
        "c=biws,r=NONCE",
        "c=biws,r=NONCE,p",
        "c=biws,r=NONCE,p=",
        "c=biws,r=NONCE,p=AAAA",
        "c=biws,r=NONCE,p=!!!!",
        "c=eSws,r=NONCE,p=" + "A".repeat(43) + "=",
        "c=biws,r=NONCEx,p=" + "A".repeat(43) + "=",
        "r=NONCE,c=biws,p=" + "A".repeat(43) + "=",
        "c=biws,r=NONCE,x=1",
        "c=biws,r=NONCE,p=" + "A".repeat(8000));
  }

  @ParameterizedTest
  @MethodSource("malformedFinalMessages")
  void refusesAMalformedClientFinalMessage(String template) {
    try (WireClient client = WireClient.connect(Gateways.plain().address())) {
      client.send(FrontendPackets.startup("user", ROLE, "database", "postgres"));
      client.expect('R');
      client.send(FrontendPackets.saslInitialResponse("SCRAM-SHA-256", "n,,n=,r=abcdefghijklmnop"));
      String serverFirst = Logins.saslData(client.expect('R'));
      String nonce = serverFirst.substring(2, serverFirst.indexOf(','));
      client.send(FrontendPackets.saslResponse(template.replace("NONCE", nonce)));
      assertThat(client.expectError().sqlState()).isIn("08P01", "28P01", "0A000");
      client.expectEnd();
    }
  }

  private static void refusedInSasl(byte[] message) {
    try (WireClient client = WireClient.connect(Gateways.plain().address())) {
      client.send(FrontendPackets.startup("user", ROLE, "database", "postgres"));
      client.expect('R');
      client.send(message);
      assertThat(client.expectError().sqlState()).isIn("08P01", "28P01", "0A000");
      client.expectEnd();
    }
  }

  private static byte[] packet(String parameters) {
    byte[] rest = parameters.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(8 + rest.length)
        .putInt(8 + rest.length)
        .putInt(FrontendPackets.PROTOCOL_3_0)
        .put(rest)
        .array();
  }
}
