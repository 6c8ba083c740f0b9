package dev.postern.it.pooling;

import static dev.postern.testkit.BackendPackets.commandComplete;
import static dev.postern.testkit.BackendPackets.dataRow;
import static dev.postern.testkit.BackendPackets.error;
import static dev.postern.testkit.BackendPackets.message;
import static dev.postern.testkit.BackendPackets.notice;
import static dev.postern.testkit.BackendPackets.parameterStatus;
import static dev.postern.testkit.BackendPackets.readyForQuery;
import static dev.postern.testkit.BackendPackets.rowDescription;
import static dev.postern.testkit.FrontendPackets.bind;
import static dev.postern.testkit.FrontendPackets.closeStatement;
import static dev.postern.testkit.FrontendPackets.execute;
import static dev.postern.testkit.FrontendPackets.parse;
import static dev.postern.testkit.FrontendPackets.query;
import static dev.postern.testkit.FrontendPackets.sync;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.api.intercept.MessageInterceptor;
import dev.postern.api.message.BackendMessage;
import dev.postern.api.routing.Backend;
import dev.postern.api.routing.BackendLogin;
import dev.postern.api.routing.BackendTls;
import dev.postern.api.routing.Pooling;
import dev.postern.api.routing.Route;
import dev.postern.testkit.FakeBackend;
import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import dev.postern.testkit.WireServer;
import java.io.ByteArrayOutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Servers whose connections are shared, and that answer a client with what nobody may say. It is
 * told so at most once, and no other client gets what is left of it.
 */
final class HostileServersIT {
  private static final String ROLE = "hostile_servers_role";

  private static final byte[][] NOTHING_WRONG = {};

  /** To what prepares and describes a statement, and binds it. */
  private static final byte[] PREPARED =
      concatenated(
          message('3'), message('1'), message('t', bytes(0, 0)), message('n'), message('2'));

  /** To the next request, whatever the connection. */
  private static volatile byte[][] answer = NOTHING_WRONG;

  private static FakeBackend server;
  private static RunningPostern transactions;
  private static RunningPostern watched;
  private static RunningPostern sessions;

  @BeforeAll
  static void begin() {
    PostgresServer.shared().createRole(ROLE, Pools.PASSWORD);
    server = FakeBackend.start(HostileServersIT::play);
    MessageInterceptor nobody = (session, interests) -> {};
    transactions = gateway(Pools.transactions(1), nobody);
    sessions = gateway(Pooling.SESSION.with(pool -> pool.size(1)), nobody);
    watched =
        gateway(
            Pools.transactions(1),
            (session, interests) -> interests.observeBackend(BackendMessage.class, message -> {}));
  }

  private static RunningPostern gateway(Pooling pooling, MessageInterceptor interceptor) {
    Backend backend = new Backend("127.0.0.1", server.port(), BackendTls.DISABLED);
    Route route = new Route("hostile", List.of(backend), null, BackendLogin.AS_CLIENT, pooling);
    RunningPostern postern =
        RunningPostern.builder()
            .router(session -> route)
            .interceptor("watching", interceptor)
            .setting("timeouts.departed", "200ms")
            .start();
    postern.importUser(PostgresServer.shared(), ROLE);
    return postern;
  }

  @AfterAll
  static void end() {
    transactions.close();
    watched.close();
    sessions.close();
    server.close();
  }

  private static void play(WireServer connection) {
    connection.patience(Duration.ofMinutes(5));
    connection.startup();
    connection.greet();
    while (!connection.isAtEnd()) {
      WireMessage asked = connection.receive();
      byte[][] wrong = answer;
      switch (asked.type()) {
        case 'X' -> {
          return;
        }
        case 'Q', 'S' -> {
          answer = NOTHING_WRONG;
          connection.send(wrong.length > 0 ? wrong : echo(asked));
        }
        default -> {}
      }
    }
  }

  private static byte[][] echo(WireMessage asked) {
    return asked.type() == 'S'
        ? new byte[][] {ready()}
        : new byte[][] {
          rowDescription("sql"),
          dataRow(asked.strings(0).getFirst()),
          commandComplete("SELECT 1"),
          ready()
        };
  }

  private static Arguments that(String name, byte[]... packets) {
    return Arguments.of(name, packets);
  }

  private static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }

  private static byte[] concatenated(byte[]... packets) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] packet : packets) {
      all.writeBytes(packet);
    }
    return all.toByteArray();
  }

  private static byte[] ready() {
    return readyForQuery('I');
  }

  static Stream<Arguments> answers() {
    byte[] done = commandComplete("SELECT 1");
    return Stream.of(
        that("sends a message of length 0", bytes('D', 0, 0, 0, 0)),
        that("sends a message of length 3", bytes('D', 0, 0, 0, 3)),
        that("sends a message of negative length", bytes('D', 0xFF, 0xFF, 0xFF, 0xFE)),
        that("sends a message of 2 GiB", bytes('D', 0x7F, 0xFF, 0xFF, 0xFF)),
        that("begins a row of 1 GiB", bytes('D', 0x40, 0, 0, 0, 0, 1)),
        that("begins a parameter of 1 GiB", bytes('S', 0x40, 0, 0, 0, 'a')),
        that("begins to be ready for 1 GiB", bytes('Z', 0x40, 0, 0, 0, 'I')),
        that("begins a tag of 1 GiB", bytes('C', 0x40, 0, 0, 0, 'S')),
        that("begins an error of 1 GiB", bytes('E', 0x40, 0, 0, 0, 'S')),
        that("is ready twice", done, ready(), ready()),
        that("is ready three times", done, ready(), ready(), ready()),
        that("is ready without an answer", ready()),
        that("is ready without a state", done, message('Z')),
        that("is ready with two states", done, message('Z', (byte) 'I', (byte) 'T')),
        that("is ready in an unknown state", done, readyForQuery('?')),
        that("is in a transaction that nobody began", done, readyForQuery('T')),
        that("sends rows behind the end", done, ready(), dataRow("left")),
        that("begins a row behind the end", done, ready(), bytes('D', 0, 0, 0, 40, 0, 1)),
        that("begins a header behind the end", done, ready(), bytes('D', 0)),
        that("sends a tag behind the end", done, ready(), done),
        that("sends an error behind the end", done, ready(), error("ERROR", "XX000", "left")),
        that("says goodbye behind the end", done, ready(), error("FATAL", "57P01", "bye")),
        that("sends a half notice behind the end", done, ready(), bytes('N', 0, 0, 0, 90, 'S')),
        that("notifies nobody behind the end", done, ready(), message('A', bytes(0, 0, 0, 1, 0))),
        that("asks for a password", message('R', bytes(0, 0, 0, 3))),
        that("lets in again", message('R', bytes(0, 0, 0, 0)), done, ready()),
        that("gives another key", message('K', new byte[8]), done, ready()),
        that("negotiates", message('v', new byte[8]), done, ready()),
        that("asks for rows", message('G', bytes(0, 0, 0))),
        that("asks for rows and is ready", message('G', bytes(0, 0, 0)), done, ready()),
        that("sends rows of a COPY", message('H', bytes(0, 0, 0)), message('d', bytes('x'))),
        that("copies both ways", message('W', bytes(0, 0, 0)), message('d', bytes('x'))),
        that("copies both ways and is ready", message('W', bytes(0, 0, 0)), done, ready()),
        that("answers what nobody asked", message('1'), message('2'), message('3'), done, ready()),
        that("describes what nobody asked", message('t', bytes(0, 0)), message('n'), ready()),
        that("suspends a portal that nobody has", message('s'), ready()),
        that("sends a type that there is not", bytes(0, 0, 0, 0, 4), done, ready()),
        that("sends another such type", bytes(0xFF, 0, 0, 0, 4), done, ready()),
        that("reports without an end", message('S', bytes('a', 0, 'b')), done, ready()),
        that("reports what nobody knows", parameterStatus("odd\"; --", "it's\\"), done, ready()),
        that("sends an error without a field", message('E', (byte) 0), ready()),
        that("sends an error without an end", message('E', bytes('M', 'x')), ready()),
        that("sends an error without a SQLSTATE", message('E', bytes('M', 'x', 0, 0)), ready()),
        that("sends a fatal error and stays", error("FATAL", "57P01", "bye")),
        that("sends a fatal error and goes on", error("FATAL", "57P01", "bye"), done, ready()),
        that("sends a notice and nothing more", notice("wait")),
        that("sends a row that cannot be read", message('D', bytes(0, 9)), done, ready()),
        that(
            "answers with what cannot be read", PREPARED, message('D', bytes(0, 9)), done, ready()),
        that("describes rows and sends none", rowDescription("a")),
        that("says nothing", new byte[0]));
  }

  @ParameterizedTest(name = "a server that {0}")
  @MethodSource("answers")
  void harmsNobodyElseInTransactionPooling(String name, byte[][] packets) {
    harmsNobodyElse(transactions, packets, query("SELECT 1"));
  }

  @ParameterizedTest(name = "a server that {0}")
  @MethodSource("answers")
  void harmsNobodyElseInSessionPooling(String name, byte[][] packets) {
    harmsNobodyElse(sessions, packets, query("SELECT 1"));
  }

  @ParameterizedTest(name = "a server that {0}")
  @MethodSource("answers")
  void harmsNobodyElseInAPipeline(String name, byte[][] packets) {
    harmsNobodyElse(
        transactions, packets, parse("a", "SELECT 1"), bind("", "a"), execute("", 0), sync());
  }

  /** What the interceptor is not shown ends the session in the midst of what Postern reads. */
  @ParameterizedTest(name = "a server that {0}")
  @MethodSource("answers")
  void harmsNobodyElseWhereAnInterceptorReadsAll(String name, byte[][] packets) {
    harmsNobodyElse(
        watched,
        packets,
        parse("a", "SELECT 1"),
        bind("", "a"),
        execute("", 0),
        closeStatement("a"),
        sync());
  }

  private static void harmsNobodyElse(RunningPostern postern, byte[][] packets, byte[]... request) {
    try (WireClient client = Way.through(postern, ROLE).wire()) {
      client.patience(Duration.ofMillis(150));
      answer = packets;
      client.send(request);
      assertThat(heard(client).stream().filter(HostileServersIT::isFatal).count())
          .isLessThanOrEqualTo(1);
    }
    try (WireClient next = Way.through(postern, ROLE).wire()) {
      assertThat(next.queryOne("SELECT 'mine'")).isEqualTo("SELECT 'mine'");
      assertThat(next.queryOne("SELECT 'again'")).isEqualTo("SELECT 'again'");
    }
    await().until(() -> postern.server().registry().sessions().isEmpty());
  }

  private static boolean isFatal(WireMessage message) {
    return message.type() == 'E' && message.toString().contains("FATAL");
  }

  /** All that comes until nothing does for a moment. */
  private static List<WireMessage> heard(WireClient client) {
    List<WireMessage> heard = new ArrayList<>();
    try {
      while (!client.isAtEnd()) {
        heard.add(client.receive());
      }
    } catch (AssertionError | UncheckedIOException e) {
      return heard;
    }
    return heard;
  }
}
