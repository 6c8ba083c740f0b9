package dev.postern.it.pooling;

import static dev.postern.testkit.FrontendPackets.copyData;
import static dev.postern.testkit.FrontendPackets.query;
import static dev.postern.testkit.FrontendPackets.startup;
import static dev.postern.testkit.FrontendPackets.sync;
import static dev.postern.testkit.FrontendPackets.terminate;
import static dev.postern.testkit.FrontendPackets.unnamed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.api.routing.Backend;
import dev.postern.api.routing.BackendLogin;
import dev.postern.api.routing.BackendTls;
import dev.postern.api.routing.Pooling;
import dev.postern.api.routing.Route;
import dev.postern.it.Descriptors;
import dev.postern.it.Logins;
import dev.postern.it.Sessions;
import dev.postern.proxy.pool.Pool;
import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The process of a server connection is killed, whatever it does at that moment: its client hears
 * of it, once; the clients of another server do not; and nothing stays behind of it.
 */
final class KilledBackendsIT {
  private static final String ROLE = "killed_role";
  private static final String NEIGHBOUR = "killed_neighbour";
  private static final int NEIGHBOURS = 2;

  /** Bytes of a row that is copied out. */
  private static final int ROW = 1000;

  private static final Duration LIMIT = Duration.ofSeconds(20);

  private static CrashingServer crashing;
  private static PostgresServer server;
  private static PostgresServer other;

  @BeforeAll
  static void createRoles() {
    other = PostgresServer.shared();
    other.createRole(NEIGHBOUR, Pools.PASSWORD);
    crashing =
        new CrashingServer(ROLE, "CREATE TABLE killed (id int)", "GRANT ALL ON killed TO " + ROLE);
    server = crashing.server();
  }

  @AfterAll
  static void stop() {
    crashing.close();
  }

  @Test
  void nobodyHearsOfOneThatWasIdle() {
    survive(
        Pools.transactions(2),
        (_, client) -> {
          crashing.crash(client.queryOne("SELECT pg_backend_pid()"));
          Pools.expectServed(client, 3);
        });
  }

  @Test
  void theClientOfASessionIsToldThoughItAsksForNothing() {
    survive(
        Pooling.SESSION,
        (_, client) -> {
          crashing.crash(client.queryOne("SELECT pg_backend_pid()"));
          expectLost(client);
        });
  }

  @Test
  void theClientIsToldThatWaitsForItsQuery() {
    survive(
        Pools.transactions(2),
        (_, client) -> {
          client.send(query("SELECT pg_sleep(60)"));
          crashing.crash(crashing.sleeping());
          expectLost(client);
        });
  }

  @Test
  void theClientIsToldThatIsInATransactionAndNothingOfThatIsDone() {
    survive(
        Pools.transactions(2),
        (_, client) -> {
          client.query("BEGIN; INSERT INTO killed VALUES (1)");
          crashing.crash(client.queryOne("SELECT pg_backend_pid()"));
          expectLost(client);
          expectNothingWritten();
        });
  }

  @Test
  void theClientIsToldThatCopiesInAndNothingOfThatIsDone() {
    survive(
        Pools.transactions(2),
        (_, client) -> {
          client.send(query("COPY killed FROM STDIN"));
          client.expect('G');
          client.send(copyData("1\n2\n".getBytes(StandardCharsets.UTF_8)));
          crashing.crash(crashing.only());
          expectLost(client);
          expectNothingWritten();
        });
  }

  @Test
  void theClientIsToldThatCopiesOut() {
    survive(
        Pools.transactions(2),
        (_, client) -> {
          client.send(query("COPY (SELECT pg_sleep(60)) TO STDOUT"));
          crashing.crash(crashing.sleeping());
          expectLost(client);
        });
  }

  /**
   * What the server had sent is passed on; behind half a message there is no place for an error.
   */
  @Test
  void theClientThatReadsACopySlowlyGetsWhatThereWas() {
    survive(
        Pools.transactions(2),
        (_, client) -> {
          client.send(
              query(
                  "COPY (SELECT repeat('x', %d) FROM generate_series(1, 10000000)) TO STDOUT"
                      .formatted(ROW)));
          client.expect('H');
          Sessions.awaitWaitEvent(server, ROLE, "ClientWrite"); // nobody reads it
          crashing.crash(crashing.only());
          expectRowsAndPerhapsAnError(ByteBuffer.wrap(client.readToEnd().toByteArray()));
        });
  }

  private static void expectRowsAndPerhapsAnError(ByteBuffer received) {
    int rows = 0;
    while (received.remaining() > ROW + 5 && received.get(received.position()) == 'd') {
      assertThat(received.getInt(received.position() + 1)).isEqualTo(4 + ROW + 1);
      received.position(received.position() + 1 + 4 + ROW + 1);
      rows++;
    }
    assertThat(rows).isPositive();
    byte[] rest = new byte[received.remaining()];
    received.get(rest);
    if (rest.length == 0 || rest[0] != 'd') {
      assertThat(new String(rest, StandardCharsets.UTF_8)).startsWith("E").contains("C08006");
    }
  }

  @Test
  void theClientOfAPipelineGetsTheAnswersThatThereAreAndIsTold() {
    survive(
        Pools.transactions(2),
        (_, client) -> {
          client.send(
              unnamed("SELECT 'first'"),
              sync(),
              unnamed("SELECT 'second'"),
              sync(),
              unnamed("SELECT pg_sleep(60)"),
              sync(),
              unnamed("INSERT INTO killed VALUES (1)"),
              sync());
          assertThat(Pools.value(client.receiveUntil('Z'))).isEqualTo("first");
          assertThat(Pools.value(client.receiveUntil('Z'))).isEqualTo("second");
          crashing.crash(crashing.sleeping());
          expectLost(client);
          expectNothingWritten();
        });
  }

  @Test
  void theClientIsToldThatKeepsItBetweenTransactions() {
    survive(
        Pools.transactions(2),
        (_, client) -> {
          client.query("CREATE TEMPORARY TABLE kept (id int)");
          crashing.crash(client.queryOne("SELECT pg_backend_pid()"));
          expectLost(client);
        });
  }

  @Test
  void nobodyHearsOfOneThatWasBeingCleanedAndNobodyGetsIt() {
    survive(
        Pooling.SESSION,
        (_, client) -> {
          client.query("CREATE TEMPORARY TABLE held (id int)");
          crashing.crashInTheCleaning(
              "held",
              () -> {
                client.send(terminate());
                client.expectEnd();
              });
        });
  }

  @Test
  void theClientIsToldOneThingForWhichItLogsIn() {
    survive(
        Pooling.SESSION,
        (postern, first) -> {
          try (WireClient second = WireClient.connect(postern.address())) {
            crashing.crashInALogin(
                () -> {
                  second.send(startup("user", ROLE, "database", "postgres"));
                  Logins.scram(second, Pools.PASSWORD);
                });
            expectOneAnswer(second);
            expectLost(first);
          }
        });
  }

  @Test
  void theClientIsToldOneThingForWhoseQueryItLogsIn() {
    survive(
        Pools.transactions(2),
        (postern, first) -> {
          try (WireClient second = wire(postern)) {
            first.query("BEGIN");
            crashing.crashInALogin(() -> second.send(query("SELECT 1")));
            expectLost(first);
            expectOneAnswer(second);
          }
        });
  }

  /** While others are served by their own server; and what is there at the end was there before. */
  private static void survive(Pooling pooling, BiConsumer<RunningPostern, WireClient> fault) {
    Route toServer = route("killed", server, pooling);
    Route toOther = route("neighbours", other, Pools.transactions(1));
    try (RunningPostern postern =
        RunningPostern.builder()
            .router(request -> request.user().name().equals(ROLE) ? toServer : toOther)
            .start()) {
      postern.importUser(server, ROLE);
      postern.importUser(other, NEIGHBOUR);
      try (Neighbours _ = Neighbours.of(Way.through(postern, NEIGHBOUR), NEIGHBOURS)) {
        serveOne(postern);
        awaitNothingBusy(postern);
        int descriptors = Descriptors.settled();
        try (WireClient client = wire(postern)) {
          fault.accept(postern, client);
        }
        serveOne(postern);
        awaitNothingBusy(postern);
        Descriptors.awaitNoMoreThan(descriptors);
      }
    }
  }

  private static void serveOne(RunningPostern postern) {
    try (WireClient client = wire(postern)) {
      Pools.expectServed(client, 3);
      client.send(terminate());
      client.expectEnd();
    }
  }

  /** One connection waits for the next client, and the neighbours are the only ones here. */
  private static void awaitNothingBusy(RunningPostern postern) {
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () -> {
              assertThat(postern.server().registry().sessions()).hasSize(NEIGHBOURS);
              assertThat(postern.server().registry().logins()).isZero();
              assertThat(postern.server().pools().all())
                  .filteredOn(pool -> pool.key().route().equals("killed"))
                  .singleElement()
                  .satisfies(KilledBackendsIT::expectOneIdle);
            });
    Pools.expectProcesses(server, ROLE, 1);
  }

  private static void expectOneIdle(Pool pool) {
    assertThat(pool.open()).isEqualTo(1);
    assertThat(pool.idle()).isEqualTo(1);
    assertThat(pool.opening()).isZero();
    assertThat(pool.waiting()).isZero();
    assertThat(pool.sessions()).isZero();
  }

  private static void expectLost(WireClient client) {
    expectOnly(Pools.errorsUntilTheEnd(client), "08006");
  }

  /**
   * Further tries may find a server that takes nobody, one that does not yet, or, where the pool
   * has not lost its other connection before, one that is there again and serves the client.
   */
  private static void expectOneAnswer(WireClient client) {
    List<WireMessage> answer = new ArrayList<>();
    while (!client.isAtEnd()) {
      answer.add(client.receive());
      if (answer.getLast().type() == 'Z') {
        assertThat(answer).noneMatch(message -> message.type() == 'E');
        return;
      }
    }
    expectOnly(
        answer.stream().filter(message -> message.type() == 'E').toList(),
        "08006",
        "08001",
        "57P03");
  }

  private static void expectOnly(List<WireMessage> errors, String... sqlStates) {
    assertThat(errors)
        .singleElement()
        .satisfies(
            error -> {
              assertThat(error.severity()).isEqualTo("FATAL");
              assertThat(error.sqlState()).isIn((Object[]) sqlStates);
            });
  }

  private static void expectNothingWritten() {
    assertThat(server.query("SELECT id FROM killed")).isEmpty();
  }

  private static WireClient wire(RunningPostern postern) {
    return Way.through(postern, ROLE).wire();
  }

  private static Route route(String name, PostgresServer to, Pooling pooling) {
    Backend backend = new Backend(to.host(), to.port(), BackendTls.DISABLED);
    return new Route(name, List.of(backend), null, BackendLogin.AS_CLIENT, pooling);
  }
}
