package dev.postern.it.pooling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.api.routing.Backend;
import dev.postern.api.routing.BackendLogin;
import dev.postern.api.routing.BackendTls;
import dev.postern.api.routing.Pooling;
import dev.postern.api.routing.Route;
import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Pools that no session comes to any longer. */
final class ForsakenPoolsIT {
  private static final String ROLE = "forsaken_role";
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
  void keepsNothingOfAPoolWhoseSettingsHaveChangedOnceItsSessionsHaveGone() {
    AtomicInteger size = new AtomicInteger(4);
    try (RunningPostern postern =
        RunningPostern.builder()
            .router(
                _ ->
                    route(
                        "changing",
                        server,
                        Pooling.TRANSACTION.with(pool -> pool.size(size.get()).minimum(3))))
            .start()) {
      postern.importUser(server, ROLE);
      try (WireClient before = wire(postern)) {
        awaitProcesses(3);
        size.set(5);
        try (WireClient behind = wire(postern)) {
          awaitProcesses(6);
          assertThat(before.queryOne("SELECT 'served'")).isEqualTo("served");
          assertThat(behind.queryOne("SELECT 'served'")).isEqualTo("served");
        }
      }
      awaitProcesses(3);
      await().until(() -> postern.server().pools().all().size() == 1);
      assertThat(postern.server().pools().all().iterator().next().pooling().size()).isEqualTo(5);
      size.set(4);
      try (WireClient again = wire(postern)) {
        assertThat(again.queryOne("SELECT 'served'")).isEqualTo("served");
        awaitProcesses(3);
      }
    }
  }

  @Test
  void givesUpTheMinimumOfAServerThatSessionsComeToNoLonger() {
    try (PostgresServer next = PostgresServer.builder().start()) {
      String verifier = "SELECT rolpassword FROM pg_authid WHERE rolname = '" + ROLE + "'";
      next.createRole(ROLE, server.queryOne(verifier));
      AtomicBoolean moved = new AtomicBoolean();
      Pooling pooling =
          Pooling.TRANSACTION.with(pool -> pool.minimum(3).lifetime(Duration.ofSeconds(2)));
      try (RunningPostern postern =
          RunningPostern.builder()
              .router(_ -> route("moving", moved.get() ? next : server, pooling))
              .start()) {
        postern.importUser(server, ROLE);
        WireClient before = wire(postern);
        awaitProcesses(3);
        List<String> first = processes();
        moved.set(true);
        try (WireClient behind = wire(postern)) {
          await() // it renews its minimum as long as it has a session
              .until(() -> processes().size() == 3 && Collections.disjoint(processes(), first));
          assertThat(before.queryOne("SELECT 'served'")).isEqualTo("served");
          before.close();
          awaitProcesses(0);
          await().until(() -> postern.server().pools().all().size() == 1);
          assertThat(behind.queryOne("SELECT 'served'")).isEqualTo("served");
        }
        moved.set(false);
        try (WireClient back = wire(postern)) {
          awaitProcesses(3);
          assertThat(back.queryOne("SELECT 'served'")).isEqualTo("served");
        }
      }
    }
  }

  private static Route route(String name, PostgresServer to, Pooling pooling) {
    return new Route(
        name,
        List.of(new Backend(to.host(), to.port(), BackendTls.DISABLED)),
        null,
        BackendLogin.AS_CLIENT,
        pooling);
  }

  private static List<String> processes() {
    return Pools.processes(server, ROLE);
  }

  private static void awaitProcesses(int number) {
    Pools.expectProcesses(server, ROLE, number);
  }

  private static WireClient wire(RunningPostern postern) {
    return Way.through(postern, ROLE).wire();
  }
}
