package dev.postern.proxy.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class SharedResourcesTest {
  private final CountDownLatch goOn = new CountDownLatch(1);
  private final SharedResources shared = new SharedResources(Duration.ofMillis(200));

  @Test
  void keepNobodyWaitingWhoWantsSomethingElseThanWhatDoesNotClose() throws Exception {
    AutoCloseable endless = goOn::await;
    AutoCloseable other = () -> {};
    assertThat(shared.take("endless", AutoCloseable.class, () -> endless)).isSameAs(endless);
    Thread closing = closing("endless");

    assertThat(shared.take("other", AutoCloseable.class, () -> other)).isSameAs(other);
    shared.giveBack("other");
    assertThatThrownBy(() -> shared.take("endless", AutoCloseable.class, Assertions::fail))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("what is shared as endless is still being closed after 200 ms");
    goOn.countDown();
    closing.join();
    assertThat(shared.take("endless", AutoCloseable.class, () -> other)).isSameAs(other);
  }

  @Test
  void areOpenedAnewOnceTheyHaveClosed() throws Exception {
    SharedResources patient = new SharedResources(Duration.ofSeconds(50));
    AtomicInteger open = new AtomicInteger();
    AutoCloseable slow =
        () -> {
          goOn.await();
          open.decrementAndGet();
        };
    patient.take("lock", AutoCloseable.class, () -> counted(open, slow));
    Thread closing = Thread.ofVirtual().start(() -> giveBack(patient, "lock"));
    CompletableFuture<Integer> second = new CompletableFuture<>();
    await().until(() -> closing.getState() == Thread.State.WAITING);
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                patient.take("lock", AutoCloseable.class, () -> counted(open, slow));
                second.complete(open.get());
              } catch (Exception e) {
                second.completeExceptionally(e);
              }
            });
    assertThat(second).isNotDone();
    goOn.countDown();
    assertThat(second.get()).as("open at once").isEqualTo(1);
  }

  @Test
  void canBeOpenedByAnotherWhereTheFirstFailed() throws Exception {
    AutoCloseable good = () -> {};
    assertThatThrownBy(
            () ->
                shared.take(
                    "lock",
                    AutoCloseable.class,
                    () -> {
                      throw new IOException("no room");
                    }))
        .hasMessage("no room");
    assertThat(shared.take("lock", AutoCloseable.class, () -> good)).isSameAs(good);
  }

  private static AutoCloseable counted(AtomicInteger open, AutoCloseable resource) {
    open.incrementAndGet();
    return resource;
  }

  private Thread closing(String name) {
    Thread thread = Thread.ofVirtual().start(() -> giveBack(shared, name));
    await().until(() -> thread.getState() == Thread.State.WAITING);
    return thread;
  }

  private static void giveBack(SharedResources from, String name) {
    try {
      from.giveBack(name);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
