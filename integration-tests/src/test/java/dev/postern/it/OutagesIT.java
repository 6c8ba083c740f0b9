package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.api.routing.Backend;
import dev.postern.api.routing.BackendLogin;
import dev.postern.api.routing.BackendTls;
import dev.postern.api.routing.Pooling;
import dev.postern.api.routing.Route;
import dev.postern.testkit.BackendPackets;
import dev.postern.testkit.FakeBackend;
import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.RunningPostern;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A server that takes no connections is asked by one attempt at a time, whoever wants one. */
final class OutagesIT {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  @ParameterizedTest
  @EnumSource(
      value = Pooling.Mode.class,
      names = {"DEDICATED", "SESSION", "TRANSACTION"})
  void aServerThatIsStartingUpIsAskedByOneAttemptAtATimeForAllUsers(Pooling.Mode mode) {
    AtomicBoolean up = new AtomicBoolean();
    try (FakeBackend fake =
            FakeBackend.start(
                connection -> {
                  connection.startup();
                  if (up.get()) {
                    connection.greet();
                    connection.echoQueries();
                  } else {
                    connection.send(BackendPackets.error("FATAL", "57P03", "starting up"));
                  }
                });
        RunningPostern postern = before("127.0.0.1", fake.port(), mode);
        Crowd crowd = new Crowd(postern)) {
      crowd.addUsers();
      crowd.comes();
      assertFewAttempts(crowd, fake::connections);
      up.set(true);
      crowd.awaitServed(LIMIT);
      assertThat(crowd.refusals).containsOnlyKeys("57P03");
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Pooling.Mode.class,
      names = {"DEDICATED", "SESSION", "TRANSACTION"})
  void aFullServerIsAskedByOneAttemptAtATimeForAllUsers(Pooling.Mode mode) throws Exception {
    try (PostgresServer server =
            PostgresServer.builder()
                .setting("max_connections", "8")
                .setting("superuser_reserved_connections", "3")
                .start();
        RunningPostern postern = before(server.host(), server.port(), mode);
        Crowd crowd = new Crowd(postern)) {
      crowd.createRoles(server);
      List<Connection> others = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        others.add(server.superuser());
      }
      crowd.comes();
      assertFewAttempts(
          crowd, () -> server.log().split("too many clients|slots are reserved", -1).length);
      for (Connection other : others) {
        other.close();
      }
      crowd.awaitServed(LIMIT);
      assertThat(crowd.refusals).containsOnlyKeys("53300");
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Pooling.Mode.class,
      names = {"DEDICATED", "SESSION", "TRANSACTION"})
  void allAreServedAtOnceWhenTheServerIsBackAndTheLogSaysItOnce(Pooling.Mode mode) {
    try (PostgresServer server = PostgresServer.builder().start();
        RunningPostern postern = before(server.host(), server.port(), mode);
        Crowd crowd = new Crowd(postern)) {
      crowd.createRoles(server);
      server.execute("CHECKPOINT");
      server.stop();
      crowd.comes();
      await().atMost(LIMIT).until(() -> crowd.refused() > 3 * Crowd.USERS);
      server.restart();
      crowd.awaitServed(Duration.ofSeconds(5));
      assertThat(crowd.refusals.keySet()).isSubsetOf("08001", "57P03");
      String key = "backend=\"127.0.0.1:" + server.port() + "\"";
      assertThat(Logs.containing("WARN", "the server takes no connections: ", key)).hasSize(1);
      assertThat(Logs.containing("INFO", "the server takes connections again", key)).hasSize(1);
    }
  }

  @Test
  void whoIsRefusedForItselfHoldsUpNobody() {
    try (PostgresServer server = PostgresServer.builder().start();
        RunningPostern postern = before(server.host(), server.port(), Pooling.Mode.TRANSACTION);
        Crowd crowd = new Crowd(postern)) {
      crowd.createRoles(server);
      for (String user : Crowd.users().subList(0, Crowd.USERS / 2)) {
        server.execute("ALTER ROLE " + user + " NOLOGIN");
      }
      crowd.comes();
      await()
          .atMost(LIMIT)
          .until(() -> crowd.served.get() == Crowd.USERS / 2 && crowd.refused() > Crowd.USERS);
      assertThat(crowd.refusals).containsOnlyKeys("28000");
      assertThat(Logs.containing("the server takes no connections")).isEmpty();
    }
  }

  /** However many are refused, there are some attempts for each second in which they are. */
  private static void assertFewAttempts(Crowd crowd, IntSupplier attempts) {
    await().atMost(LIMIT).until(() -> crowd.refused() > Crowd.USERS);
    int before = attempts.getAsInt();
    int refused = crowd.refused();
    long begin = System.nanoTime();
    await().atMost(LIMIT).until(() -> crowd.refused() > refused + 3 * Crowd.USERS);
    int made = attempts.getAsInt() - before;
    Duration time = Duration.ofNanos(System.nanoTime() - begin);
    assertThat(made).as("attempts in %s", time).isLessThan(5 + (int) (time.toMillis() / 35));
  }

  private static RunningPostern before(String host, int port, Pooling.Mode mode) {
    Backend backend = new Backend(host, port, BackendTls.DISABLED);
    Pooling pooling =
        switch (mode) {
          case DEDICATED -> Pooling.DEDICATED;
          case SESSION -> Pooling.SESSION;
          case TRANSACTION, STATEMENT -> Pooling.TRANSACTION;
        };
    Route route = new Route("outages", List.of(backend), null, BackendLogin.AS_CLIENT, pooling);
    return Gateways.withRouter(request -> route).setting("limits.sessions", 1000).start();
  }
}
