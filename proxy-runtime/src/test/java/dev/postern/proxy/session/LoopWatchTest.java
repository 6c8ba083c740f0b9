package dev.postern.proxy.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.postern.proxy.channel.Transport;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.net.URL;
import java.net.URLClassLoader;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

final class LoopWatchTest {
  private static final Duration PERIOD = Duration.ofMillis(50);
  private static final Duration LIMIT = Duration.ofMinutes(1);

  private final MultiThreadIoEventLoopGroup loops = Transport.named("nio").newEventLoops(2);
  private final CountDownLatch released = new CountDownLatch(1);
  private final Logger logger = (Logger) LoggerFactory.getLogger(LoopWatch.class);
  private final ListAppender<ILoggingEvent> logged = new ListAppender<>();

  /** What a handler of a plugin does that waits. */
  public static final class Handler implements Runnable {
    private final CountDownLatch released;

    public Handler(CountDownLatch released) {
      this.released = released;
    }

    @Override
    public void run() {
      try {
        released.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** What a plugin does in a login that says it does not block. */
  public static final class Spinning implements Runnable {
    private final CountDownLatch released;

    public Spinning(CountDownLatch released) {
      this.released = released;
    }

    @Override
    public void run() {
      while (released.getCount() > 0) {
        Thread.onSpinWait();
      }
    }
  }

  @BeforeEach
  void listen() {
    logged.start();
    logger.addAppender(logged);
  }

  @AfterEach
  void listenNoMore() {
    released.countDown();
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    logger.detachAppender(logged);
  }

  private static URLClassLoader plugin() {
    URL classes = Handler.class.getProtectionDomain().getCodeSource().getLocation();
    return new URLClassLoader(
        "plugins/slow.jar", new URL[] {classes}, ClassLoader.getPlatformClassLoader());
  }

  private Runnable of(ClassLoader plugin, Class<? extends Runnable> type) throws Exception {
    return (Runnable)
        plugin.loadClass(type.getName()).getConstructor(CountDownLatch.class).newInstance(released);
  }

  @Test
  void namesThePluginOfALoginThatHoldsTheLoopThatCarriesIt() throws Exception {
    try (URLClassLoader plugin = plugin()) {
      EventLoop held = loops.next();
      try (LoopWatch _ = LoopWatch.start(List.of(held), PERIOD, LIMIT)) {
        held.submit(() -> {}).sync(); // the watch knows the loop by now, or with its next look
        new LoginThreads().start(held, false, "login", of(plugin, Spinning.class));
        await().untilAsserted(() -> assertThat(ofThePlugin()).hasSize(1));
        assertThat(ofThePlugin()).first().asString().contains("Spinning.run");
      } finally {
        released.countDown();
      }
    }
  }

  @Test
  void namesThePluginThatHoldsALoop() throws Exception {
    try (URLClassLoader plugin = plugin()) {
      EventLoop held = loops.next();
      try (LoopWatch _ = LoopWatch.start(List.of(held, loops.next()), PERIOD, LIMIT)) {
        held.execute(of(plugin, Handler.class));

        await().untilAsserted(() -> assertThat(ofThePlugin()).hasSize(1));
        assertThat(ofThePlugin()).first().asString().contains("Handler.run");

        await().pollDelay(PERIOD.multipliedBy(4)).until(() -> ofThePlugin().size() == 1);
        assertThat(logged.list.getLast().getMessage()).startsWith("an event loop is held");
        released.countDown();
        await()
            .untilAsserted(
                () ->
                    assertThat(logged.list.getLast().getMessage())
                        .startsWith("an event loop goes on"));
      }
    }
  }

  /** A machine that is busy may hold up the loops as well. */
  private List<String> ofThePlugin() {
    return List.copyOf(logged.list).stream()
        .map(event -> event.getMessage() + " " + event.getKeyValuePairs())
        .filter(line -> line.contains("plugin=\"plugins/slow.jar\""))
        .toList();
  }

  @Test
  void saysNothingOfLoopsThatAreFree() throws Exception {
    try (LoopWatch _ =
        LoopWatch.start(List.of(loops.next(), loops.next()), Duration.ofSeconds(1), LIMIT)) {
      await().pollDelay(Duration.ofSeconds(3)).until(() -> true);
    }
    assertThat(logged.list).isEmpty();
  }
}
