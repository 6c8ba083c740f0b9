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

  @Test
  void namesThePluginThatHoldsALoop() throws Exception {
    URL classes = Handler.class.getProtectionDomain().getCodeSource().getLocation();
    try (URLClassLoader plugin =
        new URLClassLoader(
            "plugins/slow.jar", new URL[] {classes}, ClassLoader.getPlatformClassLoader())) {
      EventLoop held = loops.next();
      try (LoopWatch _ = LoopWatch.start(List.of(held, loops.next()), PERIOD)) {
        Runnable handler =
            (Runnable)
                plugin
                    .loadClass(Handler.class.getName())
                    .getConstructor(CountDownLatch.class)
                    .newInstance(released);
        held.execute(handler);

        await().untilAsserted(() -> assertThat(logged.list).hasSize(1));
        assertThat(shown(logged.list.getFirst()))
            .contains("plugin=\"plugins/slow.jar\"")
            .contains("Handler.run");

        await().pollDelay(PERIOD.multipliedBy(4)).until(() -> logged.list.size() == 1);
        released.countDown();
        await().untilAsserted(() -> assertThat(logged.list).hasSize(2));
        assertThat(logged.list.getLast().getMessage()).startsWith("an event loop goes on");
      }
    }
  }

  private static String shown(ILoggingEvent event) {
    return event.getMessage() + " " + event.getKeyValuePairs();
  }

  @Test
  void saysNothingOfLoopsThatAreFree() throws Exception {
    try (LoopWatch _ =
        LoopWatch.start(List.of(loops.next(), loops.next()), Duration.ofSeconds(1))) {
      await().pollDelay(Duration.ofSeconds(3)).until(() -> true);
    }
    assertThat(logged.list).isEmpty();
  }
}
