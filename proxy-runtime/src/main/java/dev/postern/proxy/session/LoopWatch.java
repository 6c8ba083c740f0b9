package dev.postern.proxy.session;

import dev.postern.proxy.plugin.PluginFrames;
import dev.postern.proxy.relay.LoopCalls;
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
 * to do next to nothing, and looks at what it does instead if it does not come to it. Stops a
 * handler that does not return in time. Ends with {@link #close}.
 */
public final class LoopWatch implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(LoopWatch.class);

  private final Duration period;
  private final Duration limit;
  private final List<Watched> watched;
  private final Thread thread;

  private static final class Watched {
    private final SingleThreadEventExecutor loop;

    /** When it was asked; 0 after it has answered. */
    private volatile long askedAt;

    private boolean reported;

    /** Known with its first answer. */
    private volatile @Nullable LoopCalls calls;

    /** The handler's call that the look before this one saw first, and when. */
    private long call;

    private long seenAt;

    Watched(SingleThreadEventExecutor loop) {
      this.loop = loop;
    }
  }

  private LoopWatch(List<EventLoop> loops, Duration period, Duration limit) {
    this.period = period;
    this.limit = limit;
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
   * @param limit how long one call of a handler may take; one that is seen to take longer is
   *     interrupted, and ends its session
   */
  public static LoopWatch start(List<EventLoop> loops, Duration period, Duration limit) {
    LoopWatch watch = new LoopWatch(loops, period, limit);
    watch.thread.start();
    return watch;
  }

  private void run() {
    try {
      while (true) {
        watched.forEach(this::look);
        Thread.sleep(period);
      }
    } catch (InterruptedException closed) {
      // That is all.
    }
  }

  private void look(Watched one) {
    judge(one);
    long asked = one.askedAt;
    if (asked != 0) {
      long millis = (System.nanoTime() - asked) / 1_000_000;
      if (!one.reported && millis >= period.toMillis()) {
        one.reported = true;
        report(one, millis);
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

  private void judge(Watched one) {
    LoopCalls calls = one.calls;
    long call = calls == null ? 0 : calls.underWay();
    long now = System.nanoTime();
    if (calls == null || call == 0 || call != one.call) {
      one.call = call;
      one.seenAt = now;
      return;
    }
    calls.suspect(call);
    long millis = (now - one.seenAt) / 1_000_000;
    if (millis < limit.toMillis()) {
      return;
    }
    StackTraceElement culprit = PluginFrames.firstOf(calls.stackTrace());
    if (calls.stop(call)) {
      log.atWarn()
          .addKeyValue("plugin", culprit == null ? "none" : culprit.getClassLoaderName())
          .addKeyValue("at", culprit == null ? "" : culprit)
          .addKeyValue("millis", millis)
          .log("a handler holds an event loop for too long: it is interrupted, its session ends");
    }
  }

  private void answered(Watched one) {
    one.calls = LoopCalls.ofThisThread();
    long millis = (System.nanoTime() - one.askedAt) / 1_000_000;
    one.askedAt = 0;
    if (millis >= 2 * period.toMillis()) {
      log.atWarn()
          .addKeyValue("millis", millis)
          .log("an event loop goes on; its sessions stood still for this long");
    }
  }

  private static void report(Watched one, long millis) {
    LoopCalls calls = one.calls;
    StackTraceElement[] stack =
        calls == null ? one.loop.threadProperties().stackTrace() : calls.stackTrace();
    StackTraceElement culprit = PluginFrames.firstOf(stack);
    Throwable where = new Throwable("what the event loop does");
    where.setStackTrace(stack);
    log.atWarn()
        .addKeyValue("plugin", culprit == null ? "none" : culprit.getClassLoaderName())
        .addKeyValue("at", culprit == null ? "" : culprit)
        .addKeyValue("millis", millis)
        .setCause(where)
        .log("an event loop is held: its sessions stand still (a handler must not block)");
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
