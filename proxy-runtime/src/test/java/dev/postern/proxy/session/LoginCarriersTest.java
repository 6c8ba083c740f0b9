package dev.postern.proxy.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Where the system lets the process have no further thread. */
@Timeout(60)
final class LoginCarriersTest {
  private final Semaphore threads = new Semaphore(0);
  private final LoginCarriers carriers =
      new LoginCarriers(
          work -> {
            if (!threads.tryAcquire()) {
              throw new OutOfMemoryError("no thread");
            }
            return Thread.ofPlatform().daemon().unstarted(work);
          });

  @Test
  void leaveAStepToTheThreadsThatThereAre() throws Exception {
    threads.release();
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    CountDownLatch second = new CountDownLatch(1);
    carriers.execute(
        () -> {
          begun.countDown();
          awaitUninterruptibly(goOn);
        });
    begun.await();

    carriers.execute(second::countDown);
    goOn.countDown();
    assertThat(second.await(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void leaveAStepToTheNextThreadThatCanBeMade() throws Exception {
    CountDownLatch both = new CountDownLatch(2);
    carriers.execute(both::countDown);
    assertThat(both.getCount()).isEqualTo(2);

    threads.release();
    carriers.execute(both::countDown);
    assertThat(both.await(10, TimeUnit.SECONDS)).isTrue();
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
