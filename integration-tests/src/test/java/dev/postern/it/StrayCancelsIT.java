package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.testkit.FakeBackend;
import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.PosternCluster;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireServer;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Cancel requests that no peer can or may carry out harm nobody, and the operator reads why. */
final class StrayCancelsIT {
  private static final int NODE_BITS = 22;

  /** Wrong keys of an address after which it is not listened to for a while. */
  private static final int GUESSES = 50;

  /** Requests that are on their way to one peer. */
  private static final int AT_A_TIME = 32;

  private static final byte[] NO_TLS = {'N'};

  @BeforeAll
  static void createRole() {
    Gateways.server().createRole(Peers.ROLE, Gateways.PASSWORD);
  }

  @Test
  void whatAPeerHasPassedOnGoesNoFurther() {
    try (PosternCluster cluster = Peers.start(3);
        WireClient client = WireClient.connect(cluster.node(3).address())) {
      WireClient.Greeting key = Peers.login(client, FrontendPackets.PROTOCOL_3_0);
      cluster.doorTo(3).leadTo(() -> cluster.node(2).address());
      client.send(FrontendPackets.query("SELECT 'unhurt' FROM pg_sleep(1)"));
      WireClient.cancel(cluster.node(1).address(), key);
      assertThat(cluster.doorTo(3).connections()).isEqualTo(1);
      assertThat(client.receiveUntil('Z').get(1).values()).containsExactly("unhurt");
      assertThat(Logs.containing("node 3: that is another node")).isNotEmpty();
      assertThat(Logs.containing("takes this node for node 3, but it is 2")).isNotEmpty();
    }
  }

  @Test
  void aNodeThatIsItsOwnPeerUnderAnotherNumberSendsNothingInCircles() {
    try (PosternCluster cluster = Peers.start(2)) {
      cluster.doorTo(2).leadTo(() -> cluster.node(1).address());
      WireClient.cancel(cluster.node(1).address(), 2 << NODE_BITS, new byte[] {1, 2, 3, 4});
      assertThat(cluster.doorTo(2).connections()).isEqualTo(1);
    }
  }

  @Test
  void aNodeThatDoesNotExistIsNamedInTheLog() {
    try (PosternCluster cluster = Peers.start(2)) {
      WireClient.cancel(cluster.node(1).address(), 77 << NODE_BITS, new byte[] {1, 2, 3, 4});
      assertThat(Logs.containing("is for node 77, which is not among cluster.peers")).hasSize(1);
      expectUnhurt(cluster.node(1));
    }
  }

  @Test
  void aPeerThatIsNotThereIsNamedInTheLog() {
    try (PosternCluster cluster = Peers.start(2)) {
      cluster.doorTo(2).close();
      WireClient.cancel(cluster.node(1).address(), 2 << NODE_BITS, new byte[] {1, 2, 3, 4});
      assertThat(
              Logs.containing(
                  "could not pass a cancel request on to node 2",
                  "127.0.0.1:" + cluster.doorTo(2).address().getPort()))
          .hasSize(1);
      expectUnhurt(cluster.node(1));
    }
  }

  /** As the key of a node looks whose secret is another one. */
  @Test
  void aPeerWhoseLongKeysAreStrangeIsNamedInTheLogOnce() {
    try (PosternCluster cluster = Peers.start(2);
        WireClient client = WireClient.connect(cluster.node(2).address())) {
      WireClient.Greeting key = Peers.login(client, FrontendPackets.PROTOCOL_3_2);
      byte[] strange = key.secret().toByteArray();
      strange[strange.length - 1] ^= 1;
      for (int i = 0; i < 3; i++) {
        WireClient.cancel(cluster.node(1).address(), key.processId(), strange);
      }
      assertThat(
              Logs.containing(
                  "a cancel request says that node 2 has its session",
                  "cluster.secret",
                  "127.0.0.1:" + cluster.doorTo(2).address().getPort()))
          .hasSize(1);
      expectUnhurt(cluster.node(1));
    }
  }

  @Test
  void aPeerThatSaysNothingIsNotWaitedForLong() {
    try (FakeBackend silent = FakeBackend.start(StrayCancelsIT::takeAndSayNothing);
        PosternCluster cluster =
            Peers.start(2, builder -> builder.setting("timeouts.connect", "500ms"))) {
      cluster.doorTo(2).leadTo(silent::address);
      long begin = System.nanoTime();
      WireClient.cancel(cluster.node(1).address(), 2 << NODE_BITS, new byte[] {1, 2, 3, 4});
      assertThat(Duration.ofNanos(System.nanoTime() - begin))
          .isBetween(Duration.ofMillis(900), Duration.ofSeconds(5));
      expectUnhurt(cluster.node(1));
    }
  }

  /** The peer counts a request as gone before it lets it go, so it never counts too many. */
  @Test
  void manyRequestsForAPeerThatSaysNothingAreBounded() {
    AtomicInteger most = new AtomicInteger();
    AtomicInteger open = new AtomicInteger();
    Semaphore letGo = new Semaphore(0);
    try (FakeBackend silent =
            FakeBackend.start(
                connection -> {
                  most.accumulateAndGet(open.incrementAndGet(), Math::max);
                  connection.expectSslRequest();
                  connection.send(NO_TLS);
                  connection.firstPacket();
                  letGo.acquire();
                  open.decrementAndGet();
                });
        PosternCluster cluster =
            Peers.start(2, builder -> builder.setting("timeouts.connect", "1m"))) {
      cluster.doorTo(2).leadTo(silent::address);
      CompletableFuture<Void> all = cancelAtOnce(cluster.node(1), 5 * AT_A_TIME);
      await().until(() -> open.get() == AT_A_TIME);
      expectUnhurt(cluster.node(1));
      letGo.release();
      await().until(() -> silent.connections() == AT_A_TIME + 1);
      letGo.release(5 * AT_A_TIME);
      all.join();
      assertThat(silent.connections()).isEqualTo(5 * AT_A_TIME);
      assertThat(most).hasValue(AT_A_TIME);
    }
  }

  @Test
  void noneOfManyRequestsWaitsLongForAPeerThatSaysNothing() {
    try (FakeBackend silent = FakeBackend.start(StrayCancelsIT::takeAndSayNothing);
        PosternCluster cluster =
            Peers.start(2, builder -> builder.setting("timeouts.connect", "500ms"))) {
      cluster.doorTo(2).leadTo(silent::address);
      CompletableFuture<Void> all = cancelAtOnce(cluster.node(1), 5 * AT_A_TIME);
      assertThat(all).succeedsWithin(Duration.ofSeconds(8));
      expectUnhurt(cluster.node(1));
    }
  }

  private static CompletableFuture<Void> cancelAtOnce(RunningPostern node, int requests) {
    Runnable request = () -> WireClient.cancel(node.address(), 2 << NODE_BITS, new byte[4]);
    return CompletableFuture.allOf(
        Stream.generate(() -> CompletableFuture.runAsync(request, Thread::startVirtualThread))
            .limit(requests)
            .toArray(CompletableFuture[]::new));
  }

  private static void takeAndSayNothing(WireServer connection) {
    connection.send(NO_TLS);
    connection.readToEnd();
  }

  @Test
  void aServerThatIsNoPeerIsNamedInTheLog() {
    try (PosternCluster cluster = Peers.start(2)) {
      cluster.doorTo(2).leadTo(() -> Gateways.plain().address());
      WireClient.cancel(cluster.node(1).address(), 2 << NODE_BITS, new byte[] {1, 2, 3, 4});
      assertThat(
              Logs.containing(
                  "it did not take it as a peer",
                  "127.0.0.1:" + cluster.doorTo(2).address().getPort()))
          .hasSize(1);
    }
  }

  @Test
  void guessesCountWhereTheClientIsConnectedAndNotForThePeer() {
    try (PosternCluster cluster = Peers.start(3);
        WireClient client = WireClient.connect(cluster.node(1).address())) {
      WireClient.Greeting key = Peers.login(client, FrontendPackets.PROTOCOL_3_0);
      guess(cluster.node(2), key.processId(), 2 * GUESSES);
      assertThat(cluster.doorTo(1).connections()).isEqualTo(GUESSES);
      SleepingQueries.begin(client, "after the guesses");
      WireClient.cancel(cluster.node(2).address(), key);
      assertThat(cluster.doorTo(1).connections()).as("not listened to").isEqualTo(GUESSES);
      assertThat(SleepingQueries.isRunning("after the guesses")).isTrue();
      WireClient.cancel(cluster.node(3).address(), key);
      SleepingQueries.expectCancelled(client);
    }
  }

  @Test
  void guessesDoNotStopALongKey() {
    try (PosternCluster cluster = Peers.start(2);
        WireClient client = WireClient.connect(cluster.node(1).address())) {
      WireClient.Greeting key = Peers.login(client, FrontendPackets.PROTOCOL_3_2);
      guess(cluster.node(2), 1 << NODE_BITS, GUESSES);
      SleepingQueries.begin(client, "a long key after guesses");
      WireClient.cancel(cluster.node(2).address(), key);
      SleepingQueries.expectCancelled(client);
    }
  }

  @Test
  void aForgedLongKeyIsNotPassedOn() {
    try (PosternCluster cluster = Peers.start(2);
        WireClient client = WireClient.connect(cluster.node(1).address())) {
      WireClient.Greeting key = Peers.login(client, FrontendPackets.PROTOCOL_3_2);
      byte[] genuine = key.secret().toByteArray();
      for (int i = 0; i < genuine.length; i++) {
        byte[] forged = genuine.clone();
        forged[i] ^= 1;
        WireClient.cancel(cluster.node(2).address(), key.processId(), forged);
      }
      WireClient.cancel(cluster.node(2).address(), key.processId() + 1, genuine);
      assertThat(cluster.doorTo(1).connections()).isZero();
    }
  }

  private static void guess(RunningPostern node, int processId, int times) {
    Random random = new Random(7);
    for (int i = 0; i < times; i++) {
      byte[] secret = new byte[4];
      random.nextBytes(secret);
      WireClient.cancel(node.address(), processId, secret);
    }
  }

  private static void expectUnhurt(RunningPostern node) {
    try (WireClient client = WireClient.connect(node.address())) {
      client.login(Peers.ROLE, Gateways.PASSWORD, "postgres");
      assertThat(client.queryOne("SELECT 'unhurt'")).isEqualTo("unhurt");
    }
  }
}
