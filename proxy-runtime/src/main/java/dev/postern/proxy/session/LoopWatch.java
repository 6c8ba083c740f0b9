package dev.postern.proxy.session;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.SingleThreadEventExecutor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out who holds an event loop, and with it all its sessions: asks each loop from time to time
 * to do next to nothing, and looks at what it does instead if it does not come to it. Costs nothing
 * for a message. Ends with {@link #close}.
 */
public final class LoopWatch implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(LoopWatch.class);

  /** The class loaders of plugins are called as the jars are shown. */
  private static final List<String> LOADERS_OF_POSTERN = List.of("app", "platform", "bootstrap");

  private final Duration period;
  private final List<Watched> watched;
  private final Thread thread;

  private static final class Watched {
    private final SingleThreadEventExecutor loop;

    /** When it was asked; 0 after it has answered. */
    private volatile long askedAt;

    private boolean reported;

    Watched(SingleThreadEventExecutor loop) {
      this.loop = loop;
    }
  }

  private LoopWatch(List<EventLoop> loops, Duration period) {
    this.period = period;
    List<Watched> all = new ArrayList<>();
    for (EventLoop loop : loops) {
      if (loop instanceof SingleThreadEventExecutor executor) {
        all.add(new Watched(executor));
      }
    }
    watched = List.copyOf(all);
    // Not virtual: what holds a loop may hold the carriers of virtual threads as well.
    thread = Thread.ofPlatform().daemon().name("loop-watch").unstarted(this::run);
  }

  /**
   * Watches loops.
   *
   * @param period between two looks; a loop that is held for longer is reported
   */
  public static LoopWatch start(List<EventLoop> loops, Duration period) {
    LoopWatch watch = new LoopWatch(loops, period);
    watch.thread.start();
    return watch;
  }

  private void run() {
    try {
      while (true) {
        Thread.sleep(period);
        watched.forEach(this::look);
      }
    } catch (InterruptedException closed) {
      // That is all.
    }
  }

  private void look(Watched one) {
    long asked = one.askedAt;
    if (asked != 0) {
      long millis = (System.nanoTime() - asked) / 1_000_000;
      if (!one.reported && millis >= period.toMillis()) {
        one.reported = true;
        report(one.loop, millis);
      }
      return;
    }
    one.reported = false;
    try {
      one.askedAt = System.nanoTime();
      one.loop.execute(() -> answered(one));
    } catch (RejectedExecutionException e) {
      one.askedAt = 0; // it is ending
    }
  }

  private void answered(Watched one) {
    long millis = (System.nanoTime() - one.askedAt) / 1_000_000;
    one.askedAt = 0;
    if (millis >= 2 * period.toMillis()) {
      log.atWarn()
          .addKeyValue("millis", millis)
          .log("an event loop goes on; its sessions stood still for this long");
    }
  }

  private static void report(SingleThreadEventExecutor loop, long millis) {
    StackTraceElement[] stack = loop.threadProperties().stackTrace();
    StackTraceElement culprit = ofAPlugin(stack);
    Throwable where = new Throwable("what the event loop does");
    where.setStackTrace(stack);
    log.atWarn()
        .addKeyValue("plugin", culprit == null ? "none" : culprit.getClassLoaderName())
        .addKeyValue("at", culprit == null ? "" : culprit)
        .addKeyValue("millis", millis)
        .setCause(where)
        .log("an event loop is held: its sessions stand still (a handler must not block)");
  }

  private static @Nullable StackTraceElement ofAPlugin(StackTraceElement[] stack) {
    for (StackTraceElement frame : stack) {
      String loader = frame.getClassLoaderName();
      if (loader != null && !LOADERS_OF_POSTERN.contains(loader)) {
        return frame;
      }
    }
    return null;
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
