package dev.postern.it.pooling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.api.routing.Pooling;
import dev.postern.it.Descriptors;
import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.RunningPostern;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a client was told is written, is written, once, whatever becomes of the server. */
final class LedgerIT {
  private static final String ROLE = "ledger_role";
  private static final int POOL = 5;
  private static final int CLIENTS = 20;
  private static final int ROUNDS = 2;
  private static final Duration BACK_WITHIN = Duration.ofSeconds(1);
  private static final long SEED = Long.getLong("postern.it.ledger.seed", System.nanoTime());

  @Test
  void keepsEveryAcknowledgedWriteOnceOverRestartsOfTheServer() throws InterruptedException {
    LedgerClient.Book book = new LedgerClient.Book();
    List<Duration> away = new ArrayList<>();
    try (PostgresServer server =
            PostgresServer.builder().setting("synchronous_commit", "on").start();
        RunningPostern postern =
            Pools.before(server, Pooling.TRANSACTION.with(pool -> pool.size(POOL)))) {
      Pools.createRole(server, postern, ROLE);
      server.execute(
          "CREATE TABLE ledger (number int)", "GRANT ALL ON ledger TO " + ROLE, "CHECKPOINT");
      Descriptors.expectNoneLeft(
          postern,
          () -> {
            Way way = Way.through(postern, ROLE);
            List<Thread> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
              clients.add(
                  Thread.ofVirtual().start(new LedgerClient(way, book, Trace.seeded(SEED, i))));
            }
            for (Runnable end :
                List.<Runnable>of(server::stop, server::stopImmediately, server::kill)) {
              List<Duration> times = new ArrayList<>();
              for (int i = 0; i < ROUNDS; i++) {
                awaitWrites(book, 50);
                end.run();
                server.restart();
                long back = System.nanoTime();
                await()
                    .atMost(Duration.ofSeconds(20))
                    .pollInterval(Duration.ofMillis(5))
                    .until(() -> book.lastAcknowledged.get() > back);
                times.add(Duration.ofNanos(book.lastAcknowledged.get() - back));
              }
              away.add(Collections.min(times)); // a busy machine may hold up one round
            }
            awaitWrites(book, 50);
            book.closed = true;
            for (Thread client : clients) {
              client.join();
            }
          });
      Report.say(
          ("ledger: seed %d, %d acknowledged of %d, %d interrupted, away for %s after the server was"
                  + " back")
              .formatted(
                  SEED, book.acknowledged.size(), book.next.get(), book.interrupted.get(), away));
      assertThat(book.faults).isEmpty();
      assertWritten(server, book);
      assertThat(away).allSatisfy(time -> assertThat(time).isLessThan(BACK_WITHIN));
      assertThat(book.interrupted.get()).isPositive();
    }
  }

  private static void assertWritten(PostgresServer server, LedgerClient.Book book) {
    List<Integer> written =
        server.query("SELECT number FROM ledger").stream()
            .map(number -> Integer.valueOf(String.valueOf(number)))
            .toList();
    Set<Integer> once = new HashSet<>(written);
    assertThat(written).as("each at most once").hasSameSizeAs(once);
    assertThat(once).as("all that were acknowledged").containsAll(book.acknowledged);
  }

  private static void awaitWrites(LedgerClient.Book book, int more) {
    int wanted = book.acknowledged.size() + more;
    await().atMost(Duration.ofSeconds(30)).until(() -> book.acknowledged.size() >= wanted);
  }
}
