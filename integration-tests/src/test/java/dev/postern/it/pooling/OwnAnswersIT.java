package dev.postern.it.pooling;

import static dev.postern.testkit.FrontendPackets.bind;
import static dev.postern.testkit.FrontendPackets.closeStatement;
import static dev.postern.testkit.FrontendPackets.execute;
import static dev.postern.testkit.FrontendPackets.flush;
import static dev.postern.testkit.FrontendPackets.parse;
import static dev.postern.testkit.FrontendPackets.sync;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.it.Memory;
import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import java.io.ByteArrayOutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What Postern answers without asking the server slows nobody down by itself. */
final class OwnAnswersIT {
  private static final String ROLE = "own_answers_role";
  private static final int BATCH = 10_000;
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
  void areNotKeptForAClientThatAsksForMoreAndMoreAndNeverReads() throws InterruptedException {
    try (RunningPostern postern = Pools.before(server, Pools.transactions(2), ROLE);
        WireClient other = Way.through(postern, ROLE).wire()) {
      WireClient deaf = Way.through(postern, ROLE).wire();
      deaf.send(parse("a", "SELECT 1"), sync());
      deaf.receiveUntil('Z');
      expectStopped(deaf, other);
      await().until(() -> postern.server().registry().sessions().size() == 1);
    }
  }

  @Test
  void doNotQueueUpWithoutEndBehindAStatementThatTakesLong() throws InterruptedException {
    try (RunningPostern postern = Pools.before(server, Pools.transactions(2), ROLE);
        WireClient other = Way.through(postern, ROLE).wire()) {
      WireClient busy = Way.through(postern, ROLE).wire();
      busy.send(parse("a", "SELECT 1"), parse("s", "SELECT pg_sleep(100)"), sync());
      busy.receiveUntil('Z');
      busy.send(bind("", "s"), execute("", 0), flush());
      expectStopped(busy, other);
    }
  }

  @Test
  void comeAllToAClientThatReadsLate() {
    try (RunningPostern postern = Pools.before(server, Pools.transactions(2), ROLE);
        WireClient client = Way.through(postern, ROLE).wire()) {
      client.send(parse("a", "SELECT 1"), sync());
      client.receiveUntil('Z');
      client.send(closesAndParses(), sync());
      assertThat(client.receiveUntil('Z')).hasSize(2 * BATCH + 1);
    }
  }

  private static void expectStopped(WireClient client, WireClient other)
      throws InterruptedException {
    other.patience(Duration.ofSeconds(60)); // until the buffers of both ends are full
    long before = Memory.used();
    AtomicLong sent = new AtomicLong();
    Thread sender =
        Thread.ofVirtual()
            .start(
                () -> {
                  byte[] batch = closesAndParses();
                  try {
                    while (sent.addAndGet(batch.length) < 1000 * MEBIBYTE) {
                      client.send(batch);
                    }
                  } catch (UncheckedIOException e) {
                    Thread.currentThread().interrupt(); // Closed by the test.
                  }
                });
    AtomicLong seen = new AtomicLong(-1);
    await()
        .atMost(Duration.ofSeconds(120))
        .pollInterval(Duration.ofSeconds(2))
        .until(() -> seen.getAndSet(sent.get()) == sent.get());
    assertThat(sent.get()).isLessThan(100 * MEBIBYTE);
    Pools.expectServed(other, 10);
    assertThat(Memory.used() - before).isLessThan(64 * MEBIBYTE);
    client.reset();
    sender.join(10_000);
    Pools.expectServed(other, 10);
  }

  private static byte[] closesAndParses() {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (int i = 0; i < BATCH; i++) {
      all.writeBytes(closeStatement("a"));
      all.writeBytes(parse("a", "SELECT 1"));
    }
    return all.toByteArray();
  }
}
