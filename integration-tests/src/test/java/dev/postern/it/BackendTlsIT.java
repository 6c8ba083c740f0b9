package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.api.routing.Backend;
import dev.postern.api.routing.BackendLogin;
import dev.postern.api.routing.BackendTls;
import dev.postern.api.routing.BackendTls.Mode;
import dev.postern.api.routing.Pooling;
import dev.postern.api.routing.Route;
import dev.postern.testkit.BackendPackets;
import dev.postern.testkit.FakeBackend;
import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.TestCertificate;
import dev.postern.testkit.TestTls;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import dev.postern.testkit.WireServer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** TLS towards the server means what libpq's {@code sslmode} means. */
final class BackendTlsIT {
  private static final String USER = "tls_user";
  private static final TestCertificate AUTHORITY = TestCertificate.authority("server CA");
  private static final TestCertificate STRANGER = TestCertificate.authority("another CA");

  @TempDir static Path directory;

  private static Path root;

  @BeforeAll
  static void writeRoot() {
    root = AUTHORITY.writeChain(directory.resolve("root.crt"));
  }

  /** How a server takes part in TLS. */
  enum Server {
    GOOD,
    OTHER_NAME,
    OTHER_AUTHORITY,
    SELF_SIGNED,
    EXPIRED,
    NONE;

    private static final Map<Server, TestCertificate> CERTIFICATES =
        Map.of(
            GOOD, AUTHORITY.server("localhost", "127.0.0.1"),
            OTHER_NAME, AUTHORITY.server("elsewhere.example"),
            OTHER_AUTHORITY, STRANGER.server("localhost", "127.0.0.1"),
            SELF_SIGNED, TestCertificate.selfSigned("localhost", "127.0.0.1"),
            EXPIRED, AUTHORITY.expiredServer("localhost", "127.0.0.1"));

    void play(WireServer connection) {
      TestCertificate certificate = CERTIFICATES.get(this);
      WireServer.FirstPacket packet = connection.firstPacket();
      if (packet.isSslRequest() && certificate != null) {
        connection.send(new byte[] {'S'});
        connection.handshake(TestTls.server(certificate));
        connection.firstPacket();
      } else if (packet.isSslRequest()) {
        connection.send(new byte[] {'N'});
        if (connection.isAtEnd()) {
          return;
        }
        connection.firstPacket();
      }
      connection.greet();
      connection.echoQueries();
    }
  }

  /** Which servers each mode accepts, and whether the connection is then encrypted. */
  static Stream<Arguments> matrix() {
    List<Arguments> rows = new ArrayList<>();
    for (Server server : Server.values()) {
      boolean offersTls = server != Server.NONE;
      boolean trusted = server == Server.GOOD || server == Server.OTHER_NAME;
      rows.add(Arguments.of(Mode.DISABLE, server, true));
      rows.add(Arguments.of(Mode.PREFER, server, true));
      rows.add(Arguments.of(Mode.REQUIRE, server, offersTls));
      rows.add(Arguments.of(Mode.VERIFY_CA, server, trusted));
      rows.add(Arguments.of(Mode.VERIFY_FULL, server, server == Server.GOOD));
    }
    return rows.stream();
  }

  @ParameterizedTest(name = "{0} with a server that is {1}: {2}")
  @MethodSource("matrix")
  void acceptsExactlyTheServersOfItsMode(Mode mode, Server server, boolean accepted) {
    List<Boolean> encrypted = Collections.synchronizedList(new ArrayList<>());
    try (FakeBackend backend =
            FakeBackend.start(
                connection -> {
                  server.play(connection);
                  encrypted.add(connection.isTls());
                });
        RunningPostern postern = before(backend, mode);
        WireClient client = WireClient.connect(postern.address())) {
      client.send(FrontendPackets.startup("user", USER, "database", "postgres"));
      if (accepted) {
        client.authenticate(USER, Gateways.PASSWORD);
        client.greeting();
        assertThat(client.queryOne("hello")).isEqualTo("hello");
        client.send(FrontendPackets.terminate());
        client.expectEnd();
        await()
            .untilAsserted(
                () ->
                    assertThat(encrypted)
                        .last()
                        .isEqualTo(mode != Mode.DISABLE && server != Server.NONE));
      } else {
        WireMessage error = Logins.refusal(client, USER);
        assertThat(error.sqlState()).startsWith("08");
        client.expectEnd();
      }
    }
  }

  /** CVE-2020-25694: a server, or whoever plays it, must not talk Postern out of TLS. */
  @ParameterizedTest
  @EnumSource(
      value = Mode.class,
      names = {"REQUIRE", "VERIFY_CA", "VERIFY_FULL"})
  void sendsNothingMoreToAServerThatRefusesTls(Mode mode) {
    for (byte[] answer : List.of(new byte[] {'N'}, new byte[] {'x'}, new byte[] {0}, new byte[0])) {
      List<Integer> received = Collections.synchronizedList(new ArrayList<>());
      try (FakeBackend backend =
              FakeBackend.start(
                  connection -> {
                    connection.expectSslRequest();
                    connection.send(answer);
                    if (answer.length > 0) {
                      received.add(connection.readToEnd().length());
                    }
                  });
          RunningPostern postern = before(backend, mode)) {
        assertThat(refusal(postern).sqlState()).startsWith("08");
        assertThat(received).allMatch(length -> length == 0);
      }
    }
  }

  /** CVE-2024-10977: what came before TLS could be anyone's words. */
  @ParameterizedTest
  @EnumSource(
      value = Mode.class,
      names = {"PREFER", "REQUIRE", "VERIFY_FULL"})
  void showsNoErrorToTheClientThatCameInTheClear(Mode mode) {
    try (FakeBackend backend =
            FakeBackend.start(
                connection -> {
                  WireServer.FirstPacket packet = connection.firstPacket();
                  if (packet.isSslRequest()) {
                    connection.send(
                        BackendPackets.error("FATAL", "28000", "call this number to log in"));
                  }
                });
        RunningPostern postern = before(backend, mode)) {
      assertThat(refusal(postern).text()).doesNotContain("call this number");
    }
  }

  /**
   * CVE-2021-23222: what comes behind the S in the clear must not be taken as if it had been
   * encrypted.
   */
  @Test
  void dropsAServerThatSendsInTheClearBehindItsYes() {
    List<Integer> received = Collections.synchronizedList(new ArrayList<>());
    try (FakeBackend backend =
            FakeBackend.start(
                connection -> {
                  connection.expectSslRequest();
                  connection.send(
                      new byte[] {'S'},
                      BackendPackets.authenticationOk(),
                      BackendPackets.readyForQuery('I'));
                  received.add(connection.readToEnd().length());
                });
        RunningPostern postern = before(backend, Mode.REQUIRE)) {
      assertThat(refusal(postern).sqlState()).startsWith("08");
      await().untilAsserted(() -> assertThat(received).containsExactly(0));
    }
  }

  @Test
  void triesTheNextServerAfterOneThatCannotBeTrusted() {
    try (FakeBackend impostor = FakeBackend.start(Server.SELF_SIGNED::play);
        FakeBackend good = FakeBackend.start(Server.GOOD::play);
        RunningPostern postern = before(Mode.VERIFY_FULL, impostor, good);
        WireClient client = WireClient.connect(postern.address())) {
      client.login(USER, Gateways.PASSWORD, "postgres");
      assertThat(impostor.connections()).isEqualTo(1);
    }
  }

  @Test
  void namesTheReasonToTheOperator() {
    try (FakeBackend backend = FakeBackend.start(Server.EXPIRED::play);
        RunningPostern postern = before(backend, Mode.VERIFY_FULL)) {
      refusal(postern);
      String address = "127.0.0.1:" + backend.port();
      assertThat(Logs.containing(address))
          .anyMatch(line -> line.toLowerCase(Locale.ROOT).contains("expired"));
    }
  }

  private static WireMessage refusal(RunningPostern postern) {
    try (WireClient client = WireClient.connect(postern.address())) {
      client.send(FrontendPackets.startup("user", USER, "database", "postgres"));
      WireMessage error = Logins.refusal(client, USER);
      client.expectEnd();
      return error;
    }
  }

  private static BackendTls tls(Mode mode) {
    boolean verifies = mode == Mode.VERIFY_CA || mode == Mode.VERIFY_FULL;
    return new BackendTls(mode, verifies ? root : null, null, null);
  }

  private static RunningPostern before(FakeBackend backend, Mode mode) {
    return before(mode, backend);
  }

  private static RunningPostern before(Mode mode, FakeBackend... backends) {
    List<Backend> targets =
        Stream.of(backends)
            .map(backend -> new Backend("127.0.0.1", backend.port(), tls(mode)))
            .toList();
    Route route = new Route("test", targets, null, BackendLogin.AS_CLIENT, Pooling.DEDICATED);
    RunningPostern postern = Gateways.withRouter(request -> route).start();
    Users.add(postern, USER);
    return postern;
  }
}
