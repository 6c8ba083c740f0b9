package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.message.BackendMessage;
import dev.postern.testkit.BackendPackets;
import dev.postern.testkit.FakeBackend;
import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import dev.postern.testkit.WireServer;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Servers that break the protocol, in the login and after it. The client gets at most one FATAL
 * error and the end, within the login's deadline, and Postern serves the next one.
 */
final class HostileBackendIT {
  private static final String USER = "hostile_backend_user";

  /** What the server does next; set by each test before its client connects. */
  private static volatile FakeBackend.Script script = WireServer::readToEnd;

  private static FakeBackend backend;
  private static RunningPostern raw;
  private static RunningPostern watching;

  /** What a script expects further on does not matter: Postern is right to go. */
  private static void play(WireServer connection) throws Exception {
    try {
      script.play(connection);
    } catch (AssertionError e) {
      connection.close();
    }
  }

  @BeforeAll
  static void addUser() {
    backend = FakeBackend.start(HostileBackendIT::play);
    raw = Gateways.before(backend, "dedicated").setting("timeouts.login", "2s").start();
    watching =
        Gateways.before(backend, "dedicated")
            .setting("timeouts.login", "2s")
            .interceptor(
                "watcher",
                (session, interests) ->
                    interests.observeBackend(BackendMessage.class, message -> {}))
            .start();
    Users.add(raw, USER);
    Users.add(watching, USER);
  }

  @AfterAll
  static void stop() {
    raw.close();
    watching.close();
    backend.close();
  }

  private static Arguments that(String name, FakeBackend.Script script) {
    return Arguments.of(name, script);
  }

  /** Sends these after the StartupMessage, and then nothing more. */
  private static FakeBackend.Script says(byte[]... packets) {
    return connection -> {
      connection.startup();
      connection.send(packets);
      connection.readToEnd();
    };
  }

  /** Sends these after the StartupMessage and closes. */
  private static FakeBackend.Script saysAndCloses(byte[]... packets) {
    return connection -> {
      connection.startup();
      connection.send(packets);
    };
  }

  private static byte[] ok() {
    return BackendPackets.authenticationOk();
  }

  private static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }

  /**
   * SCRAM up to a server-first-message of the test's making, with the client's nonce in the place
   * of {@code NONCE}.
   */
  private static FakeBackend.Script scram(String serverFirst) {
    return connection -> {
      sendFirst(connection, serverFirst);
      connection.readToEnd();
    };
  }

  /** A server-first-message like that of a real server. */
  private static final String GOOD_FIRST = "r=NONCEserver,s=YSBzYWx0IGZvciB0ZXN0cw==,i=4096";

  /** SCRAM up to the client's proof, and then these. */
  private static FakeBackend.Script afterProof(byte[]... packets) {
    return connection -> {
      sendFirst(connection, GOOD_FIRST);
      connection.expect('p');
      connection.send(packets);
      connection.readToEnd();
    };
  }

  private static void sendFirst(WireServer connection, String serverFirst) {
    connection.startup();
    connection.send(BackendPackets.authenticationSasl("SCRAM-SHA-256"));
    String first = connection.expect('p').body().toUtf8();
    String nonce = first.substring(first.indexOf("r=") + 2);
    connection.send(BackendPackets.authenticationSaslContinue(serverFirst.replace("NONCE", nonce)));
  }

  static Stream<Arguments> inTheLogin() {
    return Stream.of(
        that("closes at once", connection -> {}),
        that("resets at once", WireServer::reset),
        that("says nothing", WireServer::readToEnd),
        that("closes after the StartupMessage", saysAndCloses()),
        that("sends noise", says(bytes(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12))),
        that(
            "speaks HTTP",
            says("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII))),
        that("sends a message of length 0", says(bytes('R', 0, 0, 0, 0))),
        that("sends a message of length 3", says(bytes('R', 0, 0, 0, 3))),
        that("sends a message of negative length", says(bytes('R', 0xFF, 0xFF, 0xFF, 0xFF))),
        that("sends a message of 2 GiB", says(bytes('R', 0x7F, 0xFF, 0xFF, 0xFF))),
        that("stops in the middle of a message", saysAndCloses(bytes('R', 0, 0, 0, 8, 0))),
        that("sends an authentication request without a code", says(BackendPackets.message('R'))),
        that(
            "sends an error without a field", saysAndCloses(BackendPackets.message('E', (byte) 0))),
        that(
            "sends an error without an end",
            saysAndCloses(BackendPackets.message('E', bytes('S', 'F', 'A')))),
        that(
            "sends an error without a SQLSTATE",
            saysAndCloses(BackendPackets.message('E', bytes('M', 'x', 0, 0)))),
        that("sends rows before the login", says(BackendPackets.dataRow("x"))),
        that("is ready before the login", says(BackendPackets.readyForQuery('I'))),
        that("gives a key before the login", says(BackendPackets.backendKeyData(1, new byte[4]))),
        that("offers no mechanism", says(BackendPackets.authenticationSasl())),
        that(
            "offers a mechanism without an end",
            says(BackendPackets.authentication(10, (byte) 'S'))),
        that(
            "continues SASL that was not begun",
            says(BackendPackets.authenticationSaslContinue("r=x,s=YQ==,i=4096"))),
        that(
            "ends SASL that was not begun", says(BackendPackets.authenticationSaslFinal("v=YQ=="))),
        that(
            "sends an md5 salt that is too short",
            says(BackendPackets.authentication(5, (byte) 1))),
        that("asks with another nonce", scram("r=another,s=YSBzYWx0IGZvciB0ZXN0cw==,i=4096")),
        that("adds nothing to the nonce", scram("r=NONCE,s=YSBzYWx0IGZvciB0ZXN0cw==,i=4096")),
        that(
            "asks with a nonce of 64 KiB",
            scram("r=NONCE" + "n".repeat(65536) + ",s=YSBzYWx0,i=4096")),
        that("asks without a salt", scram("r=NONCEserver,s=,i=4096")),
        that("asks with a salt that is no base64", scram("r=NONCEserver,s=!!,i=4096")),
        that(
            "asks with a salt of 4 KiB",
            scram("r=NONCEserver,s=" + "AAAA".repeat(1400) + ",i=4096")),
        that("asks for no iteration", scram("r=NONCEserver,s=YSBzYWx0,i=0")),
        that("asks for a negative number of iterations", scram("r=NONCEserver,s=YSBzYWx0,i=-1")),
        that("asks for one iteration", scram("r=NONCEserver,s=YSBzYWx0,i=1")),
        that("asks for ten million iterations", scram("r=NONCEserver,s=YSBzYWx0,i=10000000")),
        that("asks for 2^31 iterations", scram("r=NONCEserver,s=YSBzYWx0,i=2147483648")),
        that("asks in an unknown way", scram("m=ext,r=NONCEserver,s=YSBzYWx0,i=4096")),
        that("asks for nothing", scram("")),
        that("lets in without proving itself", afterProof(ok(), BackendPackets.readyForQuery('I'))),
        that(
            "proves itself wrongly",
            afterProof(
                BackendPackets.authenticationSaslFinal("v=" + "A".repeat(43) + "="),
                ok(),
                BackendPackets.readyForQuery('I'))),
        that(
            "reports an error in SCRAM",
            afterProof(BackendPackets.authenticationSaslFinal("e=invalid-proof"))),
        that(
            "never becomes ready",
            says(ok(), BackendPackets.parameterStatus("server_version", "17"))),
        that("sends rows in the place of readiness", says(ok(), BackendPackets.dataRow("x"))),
        that("is ready in an unknown state", says(ok(), BackendPackets.readyForQuery('?'))),
        that(
            "gives a key that is too short",
            says(ok(), BackendPackets.message('K', (byte) 1), BackendPackets.readyForQuery('I'))),
        that(
            "gives a key of 1 KiB",
            says(
                ok(),
                BackendPackets.backendKeyData(1, new byte[1024]),
                BackendPackets.readyForQuery('I'))),
        that(
            "sends a parameter without an end",
            says(ok(), BackendPackets.message('S', bytes('a', 0, 'b')))),
        that("never stops sending parameters", HostileBackendIT::parametersWithoutEnd),
        that("closes after it let in", saysAndCloses(ok())));
  }

  private static void parametersWithoutEnd(WireServer connection) {
    connection.startup();
    connection.send(ok());
    byte[] parameter = BackendPackets.parameterStatus("name", "v".repeat(1000));
    while (true) {
      connection.send(parameter);
    }
  }

  @ParameterizedTest(name = "a server that {0}")
  @MethodSource("inTheLogin")
  void refusesTheClientOf(String name, FakeBackend.Script behaviour) {
    script = behaviour;
    try (WireClient client = WireClient.connect(raw.address())) {
      client.send(FrontendPackets.startup("user", USER, "database", "postgres"));
      WireMessage error = Logins.refusal(client, USER);
      assertThat(error.severity()).isEqualTo("FATAL");
      assertThat(error.sqlState()).hasSize(5);
      assertThat(error.text()).isNotEmpty();
      client.expectEnd();
    }
    servesTheNext(raw);
  }

  /** Logs in, and answers the first query with these. */
  private static FakeBackend.Script answers(byte[]... packets) {
    return connection -> {
      connection.acceptLogin();
      connection.expect('Q');
      connection.send(packets);
      connection.readToEnd();
    };
  }

  private static FakeBackend.Script answersAndCloses(byte[]... packets) {
    return connection -> {
      connection.acceptLogin();
      connection.expect('Q');
      connection.send(packets);
    };
  }

  static Stream<Arguments> afterTheLogin() {
    return Stream.of(
        that("sends a message of length 0", answers(bytes('D', 0, 0, 0, 0))),
        that("sends a message of length 3", answers(bytes('D', 0, 0, 0, 3))),
        that("sends a message of negative length", answers(bytes('D', 0xFF, 0xFF, 0xFF, 0xFE))),
        that(
            "sends a row that is cut short",
            answers(BackendPackets.message('D', bytes(0, 2, 0, 0)))),
        that(
            "sends a row with a count that is too great",
            answers(BackendPackets.message('D', bytes(0x7F, 0xFF)))),
        that(
            "sends a row with a value that is too long",
            answers(BackendPackets.message('D', bytes(0, 1, 0x7F, 0xFF, 0xFF, 0xFF)))),
        that("is ready in an unknown state", answers(BackendPackets.readyForQuery('?'))),
        that(
            "describes rows without an end",
            answers(BackendPackets.message('T', bytes(0, 1, 'a')))),
        that(
            "sends an error without an end",
            answers(BackendPackets.message('E', bytes('M', 'x')))));
  }

  @ParameterizedTest(name = "a server that {0}")
  @MethodSource("afterTheLogin")
  void endsAWatchedSessionOf(String name, FakeBackend.Script behaviour) {
    script = behaviour;
    try (WireClient client = WireClient.connect(watching.address())) {
      client.login(USER, Gateways.PASSWORD, "postgres");
      client.send(FrontendPackets.query("SELECT 1"));
      WireMessage error = client.expectFatal("08P01");
      assertThat(error.text()).isNotEmpty();
    }
    servesTheNext(watching);
  }

  static Stream<Arguments> endings() {
    return Stream.of(
        that("closes before its answer", answersAndCloses()),
        that(
            "closes in the middle of a row",
            answersAndCloses(BackendPackets.rowDescription("a"), bytes('D', 0, 0, 0, 50, 0, 1))),
        that(
            "resets before its answer",
            connection -> {
              connection.acceptLogin();
              connection.expect('Q');
              connection.reset();
            }),
        that("closes while the client is idle", connection -> connection.acceptLogin()));
  }

  @ParameterizedTest(name = "a server that {0}")
  @MethodSource("endings")
  void endsBothKindsOfSessionsOf(String name, FakeBackend.Script behaviour) {
    script = behaviour;
    for (RunningPostern postern : new RunningPostern[] {raw, watching}) {
      try (WireClient client = WireClient.connect(postern.address())) {
        client.login(USER, Gateways.PASSWORD, "postgres");
        try {
          client.send(FrontendPackets.query("SELECT 1"));
        } catch (java.io.UncheckedIOException e) {
          assertThat(client.isTls()).isFalse(); // Closed already.
        }
        client.readToEnd();
      }
    }
    servesTheNext(raw);
  }

  private static void servesTheNext(RunningPostern postern) {
    script =
        connection -> {
          connection.acceptLogin();
          connection.echoQueries();
        };
    try (WireClient client = WireClient.connect(postern.address())) {
      client.login(USER, Gateways.PASSWORD, "postgres");
      assertThat(client.queryOne("next")).isEqualTo("next");
    }
  }
}
