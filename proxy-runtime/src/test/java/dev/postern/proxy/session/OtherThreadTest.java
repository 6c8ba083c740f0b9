package dev.postern.proxy.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.proxy.channel.Transport;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class OtherThreadTest {
  private static final Duration SOON = Duration.ofSeconds(10);

  /** Of the thread that runs this: {@code VirtualThread[#1,name]/runnable@carrier}. */
  private static String shown() {
    return Thread.currentThread().toString();
  }

  /** Runs something on a login's thread that an event loop carries. */
  private static <T> T inLogin(Callable<T> body) throws Exception {
    try (var loops = Transport.named("nio").newEventLoops(1)) {
      return login(loops.next(), body).get(SOON.toSeconds(), TimeUnit.SECONDS);
    }
  }

  private static <T> CompletableFuture<T> login(EventLoop loop, Callable<T> body) {
    CompletableFuture<T> result = new CompletableFuture<>();
    new LoginThreads()
        .start(
            loop,
            false,
            "login",
            () -> {
              try {
                result.complete(body.call());
              } catch (Throwable e) {
                result.completeExceptionally(e);
              }
            });
    return result;
  }

  @Test
  void keepsTheLoginsNameAndNotItsCarrier() throws Exception {
    CompletableFuture<String> there = new CompletableFuture<>();
    String back =
        inLogin(
            () -> {
              OtherThread.run(() -> there.complete(shown()));
              return shown();
            });

    assertThat(there.join()).contains(",login]").contains("@ForkJoinPool");
    assertThat(back).contains("@loop-");
  }

  @Test
  void leavesTheEventLoopToOthersMeanwhile() throws Exception {
    try (var loops = Transport.named("nio").newEventLoops(1)) {
      EventLoop loop = loops.next();
      CountDownLatch others = new CountDownLatch(1);
      CompletableFuture<Boolean> ended = new CompletableFuture<>();
      login(
          loop,
          () -> {
            OtherThread.run(() -> ended.complete(others.await(SOON.toSeconds(), TimeUnit.SECONDS)));
            return true;
          });
      loop.submit(others::countDown).get(SOON.toSeconds(), TimeUnit.SECONDS);
      assertThat(ended.get(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void throwsWhatWasThrownThere() {
    IOException failure = new IOException("on purpose");
    assertThatThrownBy(
            () ->
                inLogin(
                    () -> {
                      OtherThread.run(
                          () -> {
                            throw failure;
                          });
                      return true;
                    }))
        .isInstanceOf(ExecutionException.class)
        .hasCause(failure);
  }

  @Test
  void isInterruptedWithTheLogin() {
    CompletableFuture<Thread> login = new CompletableFuture<>();
    CountDownLatch never = new CountDownLatch(1);
    assertThatThrownBy(
            () ->
                inLogin(
                    () -> {
                      login.complete(Thread.currentThread());
                      OtherThread.run(
                          () -> {
                            login.join().interrupt();
                            never.await();
                          });
                      return true;
                    }))
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(InterruptedException.class);
  }
}
