package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.postern.api.auth.AuthenticationException;
import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.PosternBuilder;
import dev.postern.testkit.PosternCluster;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.TestTls;
import dev.postern.testkit.WireClient;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
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
    Gateways.server().createRole(Peers.ROLE, Gateways.PASSWORD);
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
  void aListenerThatStaysOpenTakesCancelsAndNoLogins() throws Exception {
    try (RunningPostern postern = takingCancels(Gateways.before(Gateways.server()));
        WireClient client = WireClient.connect(postern.address())) {
      WireClient.Greeting key = client.login(ROLE, Gateways.PASSWORD, "postgres");
      SleepingQueries.begin(client, "cancelled while draining");
      CompletableFuture<Boolean> drained = drain(postern);
      awaitClosedDoor(postern);

      WireClient.cancel(postern.address(), key);
      SleepingQueries.expectCancelled(client);
      try (WireClient late = WireClient.connect(postern.address())) {
        late.send(FrontendPackets.startup("user", ROLE, "database", "postgres"));
        assertThat(late.expectFatal("57P03").text()).isEqualTo("the server is shutting down");
      }
      assertThat(drained).isNotDone();
      client.send(FrontendPackets.terminate());
      assertThat(drained.get(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void soDoesOneWithTls() {
    SSLContext trust = TestTls.client(Gateways.AUTHORITY);
    PosternBuilder builder =
        Gateways.before(Gateways.server()).tls(Gateways.AUTHORITY.server("localhost", "127.0.0.1"));
    try (RunningPostern postern = takingCancels(builder);
        WireClient client = WireClient.connect(postern.address())) {
      client.startTls(trust);
      WireClient.Greeting key = client.login(ROLE, Gateways.PASSWORD, "postgres");
      SleepingQueries.begin(client, "cancelled with TLS while draining");
      postern.server().stopAccepting();

      try (WireClient canceller = WireClient.connect(postern.address());
          WireClient late = WireClient.connect(postern.address())) {
        canceller.startTls(trust);
        canceller.cancel(key);
        late.startTls(trust);
        late.send(FrontendPackets.startup("user", ROLE, "database", "postgres"));
        late.expectFatal("57P03");
      }
      SleepingQueries.expectCancelled(client);
    }
  }

  /** The others' balancer has taken it out; what they are asked to cancel they pass on to it. */
  @Test
  void anotherNodePassesCancelsOnToOneThatDrains() {
    try (PosternCluster cluster =
            Peers.start(2, builder -> builder.setting("listeners.0.while-draining", "cancels"));
        WireClient client = WireClient.connect(cluster.node(2).address())) {
      WireClient.Greeting key = Peers.login(client, 0x30000);
      SleepingQueries.begin(client, "cancelled by a peer while draining");
      cluster.node(2).server().stopAccepting();

      WireClient.cancel(cluster.node(1).address(), key);
      SleepingQueries.expectCancelled(client);
    }
  }

  @Test
  void aListenerThatStaysOpenIsClosedAtTheEnd() {
    RunningPostern postern = takingCancels(Gateways.before(Gateways.server()));
    InetSocketAddress address = postern.address();
    try (WireClient client = loggedIn(postern);
        WireClient silent = WireClient.connect(address)) {
      postern.server().stopAccepting();
      long start = System.nanoTime();
      postern.close();
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
      client.expectFatal("57P01");
      silent.expectFatal("57P03");
      assertThatThrownBy(() -> WireClient.connect(address))
          .hasRootCauseMessage("Connection refused");
    }
  }

  private static RunningPostern takingCancels(PosternBuilder builder) {
    return admitting(
        builder
            .setting("timeouts.drain", "30s")
            .setting("listeners.0.while-draining", "cancels")
            .start());
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
    return admitting(Gateways.before(Gateways.server()).setting("timeouts.drain", time).start());
  }

  private static RunningPostern admitting(RunningPostern postern) {
    postern.importUser(Gateways.server(), ROLE);
    return postern;
  }

  private static WireClient loggedIn(RunningPostern postern) {
    WireClient client = WireClient.connect(postern.address());
    client.login(ROLE, Gateways.PASSWORD, "postgres");
    return client;
  }
}
