package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.api.auth.AuthenticationException;
import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What SIGTERM does: nobody new, sessions to their own end or that of the time for it; then the
 * end.
 */
final class DrainIT {
  private static final String ROLE = "drain_role";

  @BeforeAll
  static void createRole() {
    Gateways.server().createRole(ROLE, Gateways.PASSWORD);
  }

  @Test
  void waitsForSessionsAndServesThemMeanwhile() throws Exception {
    try (RunningPostern postern = withDrain("30s");
        WireClient client = loggedIn(postern)) {
      CompletableFuture<Boolean> drained = drain(postern);
      awaitClosedDoor(postern);
      assertThat(client.queryOne("SELECT 'still served'")).isEqualTo("still served");
      assertThat(drained).isNotDone();
      client.send(FrontendPackets.terminate());
      client.expectEnd();
      assertThat(drained.get(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void letsNobodyNewIn() {
    try (RunningPostern postern = withDrain("30s");
        WireClient client = loggedIn(postern)) {
      drain(postern);
      awaitClosedDoor(postern);
      assertThat(client.queryOne("SELECT 1")).isEqualTo("1");
    }
  }

  @Test
  void endsSessionsWhenTheTimeIsOver() throws Exception {
    RunningPostern postern = withDrain("300ms");
    try (WireClient client = loggedIn(postern)) {
      assertThat(drain(postern).get(10, TimeUnit.SECONDS)).isFalse();
      postern.close();
      client.expectFatal("57P01");
    }
  }

  @Test
  void endsEverythingAtOnceWhenItIsClosed() {
    RunningPostern postern = withDrain("30s");
    try (WireClient idle = loggedIn(postern);
        WireClient busy = loggedIn(postern)) {
      busy.send(FrontendPackets.query("SELECT pg_sleep(300)"));
      await()
          .atMost(Duration.ofSeconds(10))
          .until(() -> Sessions.active(Gateways.server(), ROLE) == 1);
      long start = System.nanoTime();
      postern.close();
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
      idle.expectFatal("57P01");
      busy.expectFatal("57P01");
      await().atMost(Duration.ofSeconds(10)).until(() -> Sessions.of(Gateways.server(), ROLE) == 0);
    }
  }

  @Test
  void endsLoginsThatAreUnderWay() {
    RunningPostern postern = withDrain("30s");
    try (WireClient client = WireClient.connect(postern.address())) {
      client.send(FrontendPackets.startup("user", ROLE, "database", "postgres"));
      client.expect('R');
      drain(postern);
      client.expectFatal("57P03");
    } finally {
      postern.close();
    }
  }

  @Test
  void tellsLoginsThatAreUnderWayThatItStops() {
    RunningPostern postern = withDrain("30s");
    try (WireClient client = WireClient.connect(postern.address());
        WireClient sendingAhead = WireClient.connect(postern.address())) {
      client.send(FrontendPackets.startup("user", ROLE, "database", "postgres"));
      client.expect('R');
      sendingAhead.send(FrontendPackets.startup("user", ROLE, "database", "postgres"));
      sendingAhead.send(new byte[] {'p', 0, 0});
      sendingAhead.expect('R');
      postern.close();
      client.expectFatal("57P03");
      sendingAhead.expectFatal("57P03");
    }
  }

  @Test
  void tellsALoginThatWaitsForAPluginThatItStops() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    RunningPostern postern =
        RunningPostern.builder()
            .authenticator(
                exchange -> {
                  asked.countDown();
                  try {
                    new CountDownLatch(1).await();
                  } catch (InterruptedException e) {
                    throw AuthenticationException.unavailable("woken", e);
                  }
                  throw new AssertionError("nobody woke it");
                })
            .router(request -> Gateways.routeTo(Gateways.server()))
            .start();
    try (WireClient client = WireClient.connect(postern.address())) {
      client.send(FrontendPackets.startup("user", ROLE, "database", "postgres"));
      asked.await();
      postern.close();
      client.expectFatal("57P03");
    } finally {
      postern.close();
    }
  }

  private static CompletableFuture<Boolean> drain(RunningPostern postern) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return postern.server().drain();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        });
  }

  private static void awaitClosedDoor(RunningPostern postern) {
    await()
        .atMost(Duration.ofSeconds(10))
        .until(
            () -> {
              try (WireClient late = WireClient.connect(postern.address())) {
                late.send(FrontendPackets.startup("user", ROLE, "database", "postgres"));
                late.expectFatal("57P03");
                return true;
              } catch (java.io.UncheckedIOException e) {
                return true; // Not even a connection.
              } catch (AssertionError e) {
                return false;
              }
            });
  }

  private static RunningPostern withDrain(String time) {
    RunningPostern postern =
        Gateways.before(Gateways.server()).setting("timeouts.drain", time).start();
    postern.importUser(Gateways.server(), ROLE);
    return postern;
  }

  private static WireClient loggedIn(RunningPostern postern) {
    WireClient client = WireClient.connect(postern.address());
    client.login(ROLE, Gateways.PASSWORD, "postgres");
    return client;
  }
}
