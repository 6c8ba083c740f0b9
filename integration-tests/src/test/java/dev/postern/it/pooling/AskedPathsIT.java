package dev.postern.it.pooling;

import static dev.postern.testkit.BackendPackets.commandComplete;
import static dev.postern.testkit.BackendPackets.dataRow;
import static dev.postern.testkit.BackendPackets.error;
import static dev.postern.testkit.BackendPackets.readyForQuery;
import static dev.postern.testkit.BackendPackets.rowDescription;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.api.routing.Backend;
import dev.postern.api.routing.BackendLogin;
import dev.postern.api.routing.BackendTls;
import dev.postern.api.routing.Route;
import dev.postern.testkit.FakeBackend;
import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import dev.postern.testkit.WireServer;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of a client behind whose statement the server is asked for its search_path. */
final class AskedPathsIT {
  private static final String ROLE = "asked_paths_role";

  private static final byte[] GOODBYE =
      error("FATAL", "57P01", "terminating connection due to administrator command");

  /** How often the next such question fails, and how. */
  private final AtomicInteger failing = new AtomicInteger();

  private volatile byte[] failure = {};

  private final AtomicInteger asked = new AtomicInteger();
  private FakeBackend server;
  private RunningPostern postern;

  @BeforeAll
  static void createRole() {
    PostgresServer.shared().createRole(ROLE, Pools.PASSWORD);
  }

  @BeforeEach
  void start() {
    server = FakeBackend.start(this::play);
    Backend backend = new Backend("127.0.0.1", server.port(), BackendTls.DISABLED);
    Route route =
        new Route("asked", List.of(backend), null, BackendLogin.AS_CLIENT, Pools.transactions(1));
    postern = RunningPostern.builder().router(session -> route).start();
    postern.importUser(PostgresServer.shared(), ROLE);
  }

  @AfterEach
  void stop() {
    postern.close();
    server.close();
  }

  private void play(WireServer connection) {
    connection.acceptLogin();
    while (!connection.isAtEnd()) {
      WireMessage message = connection.receive();
      if (message.type() == 'X') {
        return;
      }
      String sql = message.strings(0).getFirst();
      if (sql.endsWith("and goodbye")) {
        connection.send(commandComplete("DONE"), readyForQuery('I'), GOODBYE);
        return;
      }
      if (!sql.startsWith("SHOW")) {
        connection.send(commandComplete("DONE"), readyForQuery('I'));
        continue;
      }
      asked.incrementAndGet();
      if (failing.getAndDecrement() <= 0) {
        connection.send(
            rowDescription("search_path"),
            dataRow("public"),
            commandComplete("SHOW"),
            readyForQuery('I'));
      } else if (new String(failure, US_ASCII).contains("FATAL")) {
        connection.send(failure);
        return;
      } else {
        connection.send(failure, readyForQuery('I'));
      }
    }
  }

  /** A cancel request for the client's statement may come too late for that. */
  @Test
  void goesOnWhenACancelHasHitTheQuestion() {
    failing.set(1);
    failure = error("ERROR", "57014", "canceling statement due to user request");
    try (WireClient client = wire();
        WireClient next = wire()) {
      assertThat(WireMessage.types(client.query("CREATE TABLE t (a int)"))).isEqualTo("CZ");
      assertThat(WireMessage.types(next.query("BEGIN"))).isEqualTo("CZ");
      assertThat(asked).hasValue(2);
      assertThat(WireMessage.types(client.query("CREATE TABLE u (a int)"))).isEqualTo("CZ");
      assertThat(asked).hasValue(2);
    }
  }

  @Test
  void keepsItsConnectionWhereTheServerNeverSays() {
    failing.set(1000);
    failure = error("ERROR", "42704", "unrecognized configuration parameter");
    try (WireClient client = wire()) {
      assertThat(WireMessage.types(client.query("CREATE TABLE t (a int)"))).isEqualTo("CZ");
      await().until(() -> !pins().isEmpty());
      assertThat(asked.get()).isBetween(2, 20);
      assertThat(WireMessage.types(client.query("DISCARD ALL"))).isEqualTo("CZ");
      await().until(() -> pins().isEmpty());
    }
  }

  @Test
  void hearsWhyTheServerEndsItsConnectionMeanwhile() {
    failing.set(1);
    failure = GOODBYE;
    try (WireClient client = wire()) {
      assertThat(WireMessage.types(client.query("CREATE TABLE t (a int)"))).isEqualTo("CZ");
      assertThat(Pools.errorsUntilTheEnd(client))
          .singleElement()
          .satisfies(error -> assertThat(error.sqlState()).isEqualTo("57P01"));
    }
  }

  /** What it has created may have been temporary. */
  @Test
  void hearsWhyTheServerEndsItsConnectionBeforeItIsAsked() {
    try (WireClient client = wire()) {
      client.send(FrontendPackets.query("CREATE TABLE t (a int) -- and goodbye"));
      client.receiveUntil('Z');
      assertThat(Pools.errorsUntilTheEnd(client))
          .singleElement()
          .satisfies(error -> assertThat(error.sqlState()).isEqualTo("57P01"));
    }
    try (WireClient client = wire()) {
      client.query("CREATE TABLE t (a int)");
      client.query("BEGIN; COMMIT"); // the server has said by now where that leads
      client.query("CREATE TABLE u (a int) -- and goodbye");
      assertThat(WireMessage.types(client.query("SELECT 1"))).isEqualTo("CZ");
    }
  }

  private List<String> pins() {
    return postern.server().registry().sessions().stream()
        .flatMap(session -> session.relay().pins().stream())
        .toList();
  }

  private WireClient wire() {
    return Way.through(postern, ROLE).wire();
  }
}
