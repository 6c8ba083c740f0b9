package dev.postern.proxy.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.proxy.channel.Transport;
import io.netty.channel.EventLoop;
import java.net.URL;
import java.net.URLClassLoader;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

final class LoginThreadsTest {
  private static final Duration SOON = Duration.ofSeconds(10);

  /** Of the thread that runs this, if it is virtual: {@code VirtualThread[#1,name]/runnable@x}. */
  private static String carrier() {
    String shown = Thread.currentThread().toString();
    return shown.substring(shown.indexOf('@') + 1);
  }

  private static String carrierOf(boolean mayBlock) throws Exception {
    try (var loops = Transport.named("nio").newEventLoops(1)) {
      var carrier = new CompletableFuture<String>();
      new LoginThreads().start(loops.next(), mayBlock, "login", () -> carrier.complete(carrier()));
      return carrier.get(SOON.toSeconds(), TimeUnit.SECONDS);
    }
  }

  @Test
  void letsTheEventLoopOfAConnectionCarryItsLogin() throws Exception {
    assertThat(carrierOf(false)).startsWith("loop-");
  }

  @Test
  void keepsWhatMayBlockAwayFromTheEventLoops() throws Exception {
    assertThat(carrierOf(true)).startsWith("login-carrier");
  }

  @Test
  void addsThreadsWhileNothingGoesOn() throws Exception {
    LoginThreads threads = new LoginThreads();
    AtomicBoolean over = new AtomicBoolean();
    try (var loops = Transport.named("nio").newEventLoops(1)) {
      hold(threads, loops.next(), LoginCarriers.SIZE, over);
      assertThat(isServed(threads, loops.next())).isTrue();
      // As many again, the first of which takes the one that was added.
      hold(threads, loops.next(), LoginCarriers.SIZE, over);
      assertThat(isServed(threads, loops.next())).isTrue();
    } finally {
      over.set(true);
    }
  }

  /** Spins in so many logins, and waits until all do. */
  private static void hold(LoginThreads threads, EventLoop loop, int logins, AtomicBoolean over)
      throws InterruptedException {
    CountDownLatch held = new CountDownLatch(logins);
    for (int i = 0; i < logins; i++) {
      threads.start(
          loop,
          true,
          "spinning",
          () -> {
            held.countDown();
            while (!over.get()) {
              Thread.onSpinWait();
            }
          });
    }
    assertThat(held.await(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
  }

  private static boolean isServed(LoginThreads threads, EventLoop loop)
      throws InterruptedException {
    CountDownLatch served = new CountDownLatch(1);
    threads.start(loop, true, "login", served::countDown);
    return served.await(SOON.toSeconds(), TimeUnit.SECONDS);
  }

  @Test
  void keepsNoClassLoaderOfWhoeverBeganALogin() throws Exception {
    ClassLoader before = Thread.currentThread().getContextClassLoader();
    try (var loops = Transport.named("nio").newEventLoops(1);
        var plugin = new URLClassLoader(new URL[0])) {
      Thread.currentThread().setContextClassLoader(plugin);
      var login = new CompletableFuture<String>();
      new LoginThreads().start(loops.next(), true, "login", () -> login.complete(carrier()));
      login.get(SOON.toSeconds(), TimeUnit.SECONDS);
      assertThat(Thread.getAllStackTraces().keySet())
          .filteredOn(thread -> thread.getName().equals("login-carrier"))
          .extracting(Thread::getContextClassLoader)
          .isNotEmpty()
          .doesNotContain(plugin);
    } finally {
      Thread.currentThread().setContextClassLoader(before);
    }
  }

  @Test
  void leavesTheEventLoopToOthersWhileALoginWaits() throws Exception {
    try (var loops = Transport.named("nio").newEventLoops(1)) {
      EventLoop loop = loops.next();
      var waiting = new CountDownLatch(1);
      var answer = new CountDownLatch(1);
      var ended = new CompletableFuture<Boolean>();
      new LoginThreads()
          .start(
              loop,
              false,
              "login",
              () -> {
                waiting.countDown();
                try {
                  ended.complete(answer.await(SOON.toSeconds(), TimeUnit.SECONDS));
                } catch (InterruptedException e) {
                  ended.completeExceptionally(e);
                }
              });
      assertThat(waiting.await(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
      loop.submit(answer::countDown).sync();
      assertThat(ended.get(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void bringsALoginToItsEndThatOutlivesItsEventLoop() throws Exception {
    var loops = Transport.named("nio").newEventLoops(1);
    var waiting = new CountDownLatch(1);
    var answer = new CountDownLatch(1);
    var ended = new CompletableFuture<String>();
    new LoginThreads()
        .start(
            loops.next(),
            false,
            "login",
            () -> {
              waiting.countDown();
              try {
                answer.await();
                ended.complete(carrier());
              } catch (InterruptedException e) {
                ended.completeExceptionally(e);
              }
            });
    assertThat(waiting.await(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
    answer.countDown();
    assertThat(ended.get(SOON.toSeconds(), TimeUnit.SECONDS)).startsWith("ForkJoinPool");
  }
}
