package dev.postern.it.pooling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.api.routing.Backend;
import dev.postern.api.routing.BackendLogin;
import dev.postern.api.routing.BackendTls;
import dev.postern.api.routing.Pooling;
import dev.postern.api.routing.Route;
import dev.postern.it.Descriptors;
import dev.postern.it.Memory;
import dev.postern.it.Sessions;
import dev.postern.proxy.pool.Pool;
import dev.postern.testkit.Door;
import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.PosternBuilder;
import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Other ends that are there no more, without a word, and those that are there and read nothing. */
final class HalfOpenIT {
  private static final String ROLE = "half_open_role";
  private static final long MEBIBYTE = 1024 * 1024;
  private static PostgresServer server;

  @BeforeAll
  static void createRole() {
    server = PostgresServer.builder().start();
    server.createRole(ROLE, Pools.PASSWORD);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void anIdleConnectionWhoseServerFellSilentIsReplaced() {
    Pooling careful = Pools.transactions(1).with(pool -> pool.checkAfter(Duration.ofNanos(1)));
    try (Door door = Door.to(server::address);
        RunningPostern postern = start(RunningPostern.builder(), door.address(), careful)) {
      Descriptors.expectNoneLeft(
          postern,
          () -> {
            try (WireClient client = Way.through(postern, ROLE).wire()) {
              client.patience(Duration.ofSeconds(40));
              assertThat(client.queryOne("SELECT 'before'")).isEqualTo("before");
              door.silence();
              assertThat(client.queryOne("SELECT 'by another'")).isEqualTo("by another");
              assertThat(pool(postern).open()).isEqualTo(1);
            }
            door.close(); // which held on to what was silent
          });
    }
  }

  @Test
  void aClientThatFellSilentInATransactionGivesItsConnectionUp() {
    Pooling impatient = Pools.impatient(1, Duration.ofMillis(500));
    try (RunningPostern postern = start(RunningPostern.builder(), server.address(), impatient)) {
      beforeASilentClient(
          postern,
          (door, silent, other) -> {
            silent.query("BEGIN; SELECT pg_advisory_xact_lock(1)");
            door.silence();
            assertThat(other.queryOne("SELECT pg_try_advisory_lock(1)")).isEqualTo("t");
            await().until(() -> postern.server().registry().sessions().size() == 1);
          });
    }
  }

  @Test
  void aClientThatFellSilentBetweenTransactionsHoldsNothingAndEndsInTime() {
    PosternBuilder builder = RunningPostern.builder().setting("timeouts.idle", "2s");
    try (RunningPostern postern = start(builder, server.address(), Pools.transactions(1))) {
      beforeASilentClient(
          postern,
          (door, silent, other) -> {
            silent.query("SELECT 1");
            door.silence();
            await()
                .until(
                    () -> {
                      assertThat(other.queryOne("SELECT 'served'")).isEqualTo("served");
                      return postern.server().registry().sessions().size() == 1;
                    });
          });
    }
  }

  @Test
  void whatASilentClientHadAskedForIsDoneAndItsConnectionServesOthers() {
    server.execute("CREATE TABLE asked (id int)", "GRANT ALL ON asked TO " + ROLE);
    try (RunningPostern postern =
        start(RunningPostern.builder(), server.address(), Pools.transactions(1))) {
      beforeASilentClient(
          postern,
          (door, silent, other) -> {
            silent.send(FrontendPackets.query("INSERT INTO asked SELECT 1 FROM pg_sleep(1)"));
            await()
                .until(
                    () ->
                        !server
                            .query(
                                "SELECT 1 FROM pg_stat_activity"
                                    + " WHERE query LIKE 'INSERT INTO asked%'")
                            .isEmpty());
            door.silence();
            assertThat(other.queryOne("SELECT count(*) FROM asked")).isEqualTo("1");
          });
    }
  }

  @Test
  void aMillionNoticesToAClientThatReadsNothingAreHeldBack() {
    String storm =
        "DO $$ BEGIN FOR i IN 1..1000000 LOOP RAISE NOTICE '%', repeat('n', 200); END LOOP; END $$";
    try (RunningPostern postern =
        start(RunningPostern.builder(), server.address(), Pools.transactions(2))) {
      Descriptors.expectNoneLeft(
          postern,
          () -> {
            try (WireClient deaf = Way.through(postern, ROLE).wire();
                WireClient other = Way.through(postern, ROLE).wire()) {
              long before = Memory.used();
              deaf.send(FrontendPackets.query(storm));
              Sessions.awaitWaitEvent(server, ROLE, "ClientWrite");
              Pools.expectServed(other, 100);
              assertThat(Memory.used() - before).isLessThan(32 * MEBIBYTE);
              deaf.reset();
              await().until(() -> postern.server().registry().sessions().size() == 1);
              Pools.awaitProcesses(server, ROLE, 1);
              assertThat(other.queryOne("SELECT 'served'")).isEqualTo("served");
            }
          });
    }
  }

  @FunctionalInterface
  private interface Scene {
    void play(Door door, WireClient silent, WireClient other);
  }

  /** With a client behind a door, and one that needs none; nothing of both is left behind it. */
  private static void beforeASilentClient(RunningPostern postern, Scene scene) {
    Descriptors.expectNoneLeft(
        postern,
        () -> {
          try (Door door = Door.to(postern::address);
              WireClient silent = new Way(door.address(), ROLE).wire();
              WireClient other = Way.through(postern, ROLE).wire()) {
            scene.play(door, silent, other);
          }
        });
  }

  private static Pool pool(RunningPostern postern) {
    return postern.server().pools().all().iterator().next();
  }

  private static RunningPostern start(
      PosternBuilder builder, InetSocketAddress address, Pooling pooling) {
    Backend backend = new Backend("127.0.0.1", address.getPort(), BackendTls.DISABLED);
    Route route = new Route("server", List.of(backend), null, BackendLogin.AS_CLIENT, pooling);
    RunningPostern postern = builder.router(request -> route).start();
    postern.importUser(server, ROLE);
    return postern;
  }
}
