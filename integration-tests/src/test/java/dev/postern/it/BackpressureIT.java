package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.testkit.FakeBackend;
import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.TestTls;
import dev.postern.testkit.WireClient;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A peer that stops reading stops the other one, and Postern holds little in between. */
final class BackpressureIT {
  private static final String ROLE = "backpressure_role";
  private static final long MEBIBYTE = 1 << 20;

  @BeforeAll
  static void createRole() {
    Gateways.createRole(ROLE);
  }

  @Test
  void stopsTheServerOfAClientThatDoesNotRead() {
    stopsTheServer(Gateways.plain(), false);
  }

  @Test
  void stopsTheServerOfAClientThatDoesNotReadOverTls() {
    stopsTheServer(Gateways.encrypted(), true);
  }

  private static void stopsTheServer(RunningPostern postern, boolean tls) {
    try (WireClient lazy = WireClient.connect(postern.address());
        WireClient busy = WireClient.connect(postern.address())) {
      if (tls) {
        lazy.startTls(TestTls.client(Gateways.AUTHORITY));
        busy.startTls(TestTls.client(Gateways.AUTHORITY));
      }
      lazy.login(ROLE, Gateways.PASSWORD, "postgres");
      busy.login(ROLE, Gateways.PASSWORD, "postgres");
      String pid = lazy.queryOne("SELECT pg_backend_pid()");
      long before = Memory.used();

      lazy.send(FrontendPackets.query("SELECT repeat('x', 1000000) FROM generate_series(1, 500)"));

      Sessions.awaitWaitEventOf(Gateways.server(), pid, "ClientWrite");
      assertThat(Memory.used() - before).isLessThan(32 * MEBIBYTE);
      assertThat(busy.queryOne("SELECT 1")).isEqualTo("1");
      assertThat(lazy.receiveUntil('Z')).hasSize(1 + 500 + 2);
    }
  }

  @Test
  void stopsTheClientOfAServerThatDoesNotRead() throws InterruptedException {
    CountDownLatch done = new CountDownLatch(1);
    try (FakeBackend backend =
            FakeBackend.start(
                connection -> {
                  connection.acceptLogin();
                  done.await(1, TimeUnit.MINUTES);
                });
        RunningPostern postern = Gateways.before(backend).start()) {
      Users.add(postern, ROLE);
      WireClient client = WireClient.connect(postern.address());
      client.login(ROLE, Gateways.PASSWORD, "postgres");
      long before = Memory.used();
      AtomicLong sent = new AtomicLong();
      Thread writer =
          Thread.ofVirtual()
              .start(
                  () -> {
                    byte[] row = FrontendPackets.copyData(new byte[65_000]);
                    try {
                      while (sent.get() < 512 * MEBIBYTE) {
                        client.send(row);
                        sent.addAndGet(row.length);
                      }
                    } catch (java.io.UncheckedIOException e) {
                      sent.addAndGet(0); // Closed by the test.
                    }
                  });

      AtomicLong last = new AtomicLong(-1);
      await()
          .pollInterval(Duration.ofMillis(500))
          .atMost(Duration.ofSeconds(20))
          .until(() -> last.getAndSet(sent.get()) == sent.get());
      assertThat(sent.get()).isLessThan(64 * MEBIBYTE);
      assertThat(Memory.used() - before).isLessThan(32 * MEBIBYTE);
      client.close();
      done.countDown();
      writer.join(10_000);
    }
  }

  @Test
  void readsOnWhenTheServerReadsAgain() {
    int rows = 400;
    try (FakeBackend backend =
            FakeBackend.start(
                connection -> {
                  connection.acceptLogin();
                  java.util.concurrent.locks.LockSupport.parkNanos(500_000_000);
                  for (int i = 0; i < rows; i++) {
                    connection.expect('d');
                  }
                  connection.send(dev.postern.testkit.BackendPackets.readyForQuery('I'));
                });
        RunningPostern postern = Gateways.before(backend, "dedicated").start();
        WireClient client = WireClient.connect(postern.address())) {
      Users.add(postern, ROLE);
      client.login(ROLE, Gateways.PASSWORD, "postgres");
      byte[] row = FrontendPackets.copyData(new byte[65_000]);
      for (int i = 0; i < rows; i++) {
        client.send(row);
      }
      client.expect('Z');
    }
  }

  @Test
  void holdsBackAFloodOfNoticesThatNobodyReads() {
    try (WireClient client = WireClient.connect(Gateways.plain().address())) {
      client.login(ROLE, Gateways.PASSWORD, "postgres");
      long before = Memory.used();
      client.send(
          FrontendPackets.query(
              "DO $$ BEGIN FOR i IN 1..200000 LOOP RAISE NOTICE '%', repeat('n', 500); END LOOP; END $$"));
      Sessions.awaitWaitEvent(Gateways.server(), ROLE, "ClientWrite");
      assertThat(Memory.used() - before).isLessThan(32 * MEBIBYTE);
    }
  }
}
