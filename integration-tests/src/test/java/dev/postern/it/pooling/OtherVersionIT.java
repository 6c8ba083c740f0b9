package dev.postern.it.pooling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.api.routing.Backend;
import dev.postern.api.routing.BackendLogin;
import dev.postern.api.routing.BackendTls;
import dev.postern.api.routing.Pooling;
import dev.postern.api.routing.Route;
import dev.postern.testkit.Door;
import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The server of a pool is replaced by one of another major version, at the same address: who was in
 * the middle of something is told, all others go on, and what each client was told of its settings
 * is what it has.
 */
final class OtherVersionIT {
  private static final String ROLE = "other_version_role";

  private PostgresServer older;
  private PostgresServer newer;
  private Door door;
  private RunningPostern postern;

  /** A client, and what it was told of its session. */
  private record Told(WireClient wire, Map<String, String> parameters) implements AutoCloseable {
    /** The first value of the answer, behind which it knows more. */
    String ask(String sql) {
      List<WireMessage> answer = wire.query(sql);
      for (WireMessage message : answer) {
        if (message.type() == 'S') {
          parameters.put(message.strings(0).get(0), message.strings(0).get(1));
        }
      }
      return Pools.value(answer);
    }

    void expectRight() {
      ask("SELECT 1");
      parameters.forEach(
          (name, value) -> {
            if (ask("SELECT count(*) FROM pg_settings WHERE name = '" + name + "'").equals("1")) {
              assertThat(ask("SHOW " + name)).as(name).isEqualTo(value);
            }
          });
    }

    @Override
    public void close() {
      wire.close();
    }
  }

  @BeforeEach
  void start() {
    older = PostgresServer.builder(PostgresServer.versions().getFirst()).start();
    newer = PostgresServer.builder(PostgresServer.versions().getLast()).start();
    older.createRole(ROLE, Pools.PASSWORD);
    newer.createRole(ROLE, older.verifierOf(ROLE));
    older.execute("ALTER ROLE " + ROLE + " SET TimeZone = 'Asia/Tokyo'", "CHECKPOINT");
    newer.execute("ALTER ROLE " + ROLE + " SET DateStyle = 'German, DMY'", "CHECKPOINT");
    door = Door.to(older::address);
    Backend backend =
        new Backend(
            door.address().getAddress().getHostAddress(),
            door.address().getPort(),
            BackendTls.DISABLED);
    Pooling pooling = Pools.transactions(3);
    Route route = new Route("door", List.of(backend), null, BackendLogin.AS_CLIENT, pooling);
    postern = RunningPostern.builder().router(request -> route).start();
    postern.importUser(older, ROLE);
  }

  @AfterEach
  void stop() {
    postern.close();
    door.close();
    newer.close();
    older.close();
  }

  @Test
  void clientsGoOnAtANewerServerAndAtTheOlderOneAgain() {
    try (Told first = client(postern)) {
      first.ask("SELECT 1");
      first.wire().query("SET application_name = 'the first'; SET IntervalStyle = 'iso_8601'");
      first.parameters().put("application_name", "the first");
      first.parameters().put("IntervalStyle", "iso_8601");
      replace(older, newer);
      first.expectRight();
      assertVersion(first, newer);
      expectAsAtTheServerItself(newer);
      try (Told second = client(postern)) {
        second.wire().query("SET application_name = 'the second'");
        second.parameters().put("application_name", "the second");
        older.restart();
        replace(newer, older);
        second.expectRight();
        assertVersion(second, older);
        first.expectRight();
        assertVersion(first, older);
        expectAsAtTheServerItself(older);
      }
    }
  }

  /** The versions that do not report it, and of these one that knows all that newer ones do. */
  static List<Integer> withoutSearchPath() {
    List<Integer> all = PostgresServer.versions().stream().filter(each -> each < 18).toList();
    return List.of(all.getFirst(), all.getLast());
  }

  /** It would be the next client's too: the older server would not say that it is another one. */
  @ParameterizedTest
  @MethodSource("withoutSearchPath")
  void whoHasSetWhatTheOlderServerDoesNotReportIsTold(int olderVersion) {
    if (older.version() != olderVersion) {
      older.close();
      older = PostgresServer.builder(olderVersion).start();
      older.createRole(ROLE, newer.verifierOf(ROLE));
      older.execute("CHECKPOINT");
    }
    door.leadTo(newer::address);
    try (Told first = client(postern);
        Told second = client(postern)) {
      String usual = first.ask("SHOW search_path");
      first.wire().query("SET search_path = pg_catalog, information_schema");
      replace(newer, older);
      first.wire().send(FrontendPackets.query("SELECT 1"));
      assertThat(Pools.errorsUntilTheEnd(first.wire()))
          .singleElement()
          .satisfies(
              error ->
                  assertThat(error.text())
                      .isEqualTo("the session's settings could not be restored"));
      assertThat(second.ask("SHOW search_path")).isEqualTo(usual);
      second.expectRight();
    }
  }

  /** One is in a transaction, which is over; nobody else notices. */
  private void replace(PostgresServer from, PostgresServer to) {
    try (Told busy = client(postern)) {
      busy.wire().query("BEGIN");
      door.leadTo(to::address);
      from.stop();
      busy.wire().send(FrontendPackets.query("SELECT 1"));
      assertThat(Pools.errorsUntilTheEnd(busy.wire()))
          .singleElement()
          .satisfies(error -> assertThat(error.sqlState()).isIn("57P01", "08006"));
    }
    await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> postern.server().pools().all().stream().allMatch(pool -> pool.open() == 0));
  }

  /** What a new client is told is what that server tells its own clients, and nothing else. */
  private void expectAsAtTheServerItself(PostgresServer server) {
    try (Told direct = client(new Way(server.address(), ROLE));
        Told next = client(postern);
        Told another = client(postern)) {
      assertThat(next.parameters()).isEqualTo(direct.parameters());
      assertThat(another.parameters()).isEqualTo(direct.parameters());
      next.wire().query("BEGIN");
      another.expectRight(); // on another connection
      next.expectRight();
    }
  }

  private static void assertVersion(Told client, PostgresServer server) {
    assertThat(client.ask("SHOW server_version")).startsWith(server.version() + ".");
  }

  private static Told client(RunningPostern postern) {
    return client(Way.through(postern, ROLE));
  }

  private static Told client(Way way) {
    WireClient client = WireClient.connect(way.address());
    return new Told(
        client, new LinkedHashMap<>(client.login(ROLE, Pools.PASSWORD, "postgres").parameters()));
  }
}
