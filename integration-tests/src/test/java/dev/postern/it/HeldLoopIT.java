package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.api.intercept.MessageInterceptor;
import dev.postern.api.message.Query;
import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
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
      throw new IllegalStateException("interrupted", e);
    }
  }

  private static void holdInSpiteOfInterruptsUntil(CountDownLatch released) {
    boolean interrupted = false;
    while (released.getCount() > 0) {
      try {
        released.await();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static MessageInterceptor at(String sql, Runnable what) {
    return (session, interests) ->
        interests.observeFrontend(
            Query.class,
            query -> {
              if (query.sql().equals(sql)) {
                what.run();
              }
            });
  }

  private static RunningPostern onOneLoop(MessageInterceptor interceptor) {
    RunningPostern postern =
        Gateways.before(Gateways.server())
            .interceptor("under-test", interceptor)
            .setting("network.event-loops", 1)
            .setting("timeouts.interceptor", "1s")
            .start();
    postern.importUser(Gateways.server(), Intercepted.ROLE);
    return postern;
  }

  @Test
  void isSaidToBeHeldAndToGoOn() {
    CountDownLatch released = new CountDownLatch(1);
    try (RunningPostern postern = Intercepted.by(at("SELECT 'held'", () -> holdUntil(released)));
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

  @Test
  void isFreedOfAHandlerThatWaitsForGoodAndOnlyItsSessionEnds() {
    CountDownLatch never = new CountDownLatch(1);
    try (RunningPostern postern = onOneLoop(at("SELECT 'stuck'", () -> holdUntil(never)));
        WireClient other = Intercepted.client(postern);
        WireClient client = Intercepted.client(postern)) {
      client.send(FrontendPackets.query("SELECT 'stuck'"));
      client.expectFatal("XX000");
      assertThat(Logs.containing("is interrupted, its session ends")).hasSize(1);
      assertThat(other.queryOne("SELECT 1")).isEqualTo("1");
      assertThat(Logs.containing("an interceptor failed"))
          .singleElement()
          .asString()
          .contains("under-test")
          .contains("HeldLoopIT.holdUntil");
    }
  }

  @Test
  void isFollowedByTheEndOfTheSessionWhenAHandlerIgnoresThatItIsInterrupted() {
    CountDownLatch released = new CountDownLatch(1);
    try (RunningPostern postern =
            onOneLoop(at("SELECT 'deaf'", () -> holdInSpiteOfInterruptsUntil(released)));
        WireClient other = Intercepted.client(postern);
        WireClient client = Intercepted.client(postern)) {
      client.send(FrontendPackets.query("SELECT 'deaf'"));
      await()
          .untilAsserted(
              () -> assertThat(Logs.containing("is interrupted, its session ends")).hasSize(1));
      released.countDown();
      client.expectFatal("XX000");
      assertThat(other.queryOne("SELECT 1")).isEqualTo("1");
      assertThat(Logs.containing("an interceptor failed"))
          .singleElement()
          .asString()
          .contains("timeouts.interceptor");
    } finally {
      released.countDown();
    }
  }

  @Test
  void isLeftBehindWhenPosternEndsAndAHandlerIgnoresThatItIsInterrupted() throws Exception {
    CountDownLatch released = new CountDownLatch(1);
    RunningPostern postern =
        onOneLoop(at("SELECT 'deaf'", () -> holdInSpiteOfInterruptsUntil(released)));
    try (WireClient client = Intercepted.client(postern)) {
      client.send(FrontendPackets.query("SELECT 'deaf'"));
      await()
          .untilAsserted(
              () -> assertThat(Logs.containing("is interrupted, its session ends")).hasSize(1));
      Thread closing =
          Thread.ofPlatform()
              .start(
                  () -> {
                    postern.server().stopAccepting(); // as a drain begins
                    postern.close();
                  });
      assertThat(closing.join(Duration.ofSeconds(15))).as("has come to its end").isTrue();
      assertThat(Logs.containing("event loops have not ended")).hasSize(1);
    } finally {
      released.countDown();
    }
  }

  @Test
  void isFreedOfAHandlerThatWaitsForGoodAtTheEndOfASession() {
    CountDownLatch never = new CountDownLatch(1);
    MessageInterceptor atTheEnd =
        (session, interests) -> {
          var mark = new AtomicBoolean();
          interests.observeFrontend(Query.class, query -> mark.set(query.sql().contains("mark")));
          interests.onClose(
              _ -> {
                if (mark.get()) {
                  holdUntil(never);
                }
              });
        };
    try (RunningPostern postern = onOneLoop(atTheEnd);
        WireClient other = Intercepted.client(postern)) {
      try (WireClient client = Intercepted.client(postern)) {
        client.query("SELECT 'mark'");
      }
      await()
          .untilAsserted(
              () ->
                  assertThat(Logs.containing("interceptor failed at the end of a session"))
                      .hasSize(1));
      assertThat(other.queryOne("SELECT 1")).isEqualTo("1");
    }
  }
}
