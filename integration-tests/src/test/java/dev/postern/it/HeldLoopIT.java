package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.api.message.Query;
import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A handler that blocks holds all sessions of its event loop, and is found out. */
final class HeldLoopIT {
  @BeforeAll
  static void createRole() {
    Intercepted.createRole();
  }

  private static void holdUntil(CountDownLatch released) {
    try {
      released.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void isSaidToBeHeldAndToGoOn() {
    CountDownLatch released = new CountDownLatch(1);
    try (RunningPostern postern =
            Intercepted.by(
                (session, interests) ->
                    interests.observeFrontend(
                        Query.class,
                        query -> {
                          if (query.sql().equals("SELECT 'held'")) {
                            holdUntil(released);
                          }
                        }));
        WireClient client = Intercepted.client(postern)) {
      client.send(FrontendPackets.query("SELECT 'held'"));
      await()
          .untilAsserted(
              () ->
                  assertThat(Logs.containing("an event loop is held"))
                      .singleElement()
                      .asString()
                      .contains("HeldLoopIT.holdUntil"));
      await()
          .pollDelay(Duration.ofSeconds(1))
          .untilAsserted(() -> assertThat(Logs.containing("an event loop is held")).hasSize(1));
      released.countDown();
      client.receiveUntil('Z');
      await().untilAsserted(() -> assertThat(Logs.containing("an event loop goes on")).hasSize(1));
      assertThat(client.queryOne("SELECT 1")).isEqualTo("1");
    } finally {
      released.countDown();
    }
  }
}
