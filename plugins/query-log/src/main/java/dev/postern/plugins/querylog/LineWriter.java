package dev.postern.plugins.querylog;

import java.io.IOException;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes lines from event loops and writes them on a daemon thread of its own. What waits to be
 * written is bounded by its weight; beyond that, lines are dropped and counted, because a session
 * must never wait for a disk. What cannot be written is tried again, until there is no more room
 * for it or the writer is closed. Under load the thread looks for lines a few times in a second
 * instead of being woken for each. {@link #offer} and {@link #wake} are safe for use by many
 * threads.
 */
final class LineWriter<T extends Queued> {
  /** About 16 MiB. */
  static final long MAX_WEIGHT = 16L << 20;

  private static final Logger log = LoggerFactory.getLogger(LineWriter.class);
  private static final int BATCH = 4096;
  private static final long LINGER = Duration.ofMillis(50).toNanos();
  private static final long RETRY = Duration.ofMillis(100).toNanos();
  private static final long REPORT_INTERVAL = Duration.ofSeconds(10).toNanos();
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

  private final LineSink<T> sink;
  private final Runnable gather;
  private final String instance;
  private final Thread thread;
  private final Queue<T> queue = new ConcurrentLinkedQueue<>();
  private final AtomicLong weight = new AtomicLong();
  private final AtomicLong dropped = new AtomicLong();
  private volatile boolean asleep;
  private volatile boolean closed;

  /** Nothing is written any more, so nothing may be kept. */
  private volatile boolean dead;

  // Of the writer's thread.
  private long lost;

  /** Those of the lost lines of which the sink does not know. */
  private long unmarked;

  private long lossReportedAt = System.nanoTime() - REPORT_INTERVAL;
  private long failureReportedAt = lossReportedAt;

  /**
   * @param gather offers what event loops have begun and not offered yet; called by the writer's
   *     thread
   */
  LineWriter(LineSink<T> sink, Runnable gather, String instance) {
    this.sink = sink;
    this.gather = gather;
    this.instance = instance;
    this.thread = Thread.ofPlatform().daemon().name("query-log-" + instance).unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /** Never blocks. */
  void offer(T lines) {
    if (dead) {
      return;
    }
    if (weight.addAndGet(lines.weight()) > MAX_WEIGHT) {
      weight.addAndGet(-lines.weight());
      dropped.addAndGet(lines.lines());
      return;
    }
    queue.add(lines);
    wake();
  }

  /** There is something to write, or to gather. */
  void wake() {
    if (asleep) {
      LockSupport.unpark(thread);
    }
  }

  /** Writes what is queued and ends the thread; waits for it a few seconds. */
  void close() throws InterruptedException {
    closed = true;
    LockSupport.unpark(thread);
    thread.join(CLOSE_TIMEOUT);
  }

  private void run() {
    try {
      while (!closed || somethingWaits()) {
        if (!writeBatch()) {
          sleep();
        } else if (queue.isEmpty() && !closed) {
          LockSupport.parkNanos(this, LINGER);
        }
      }
      finish();
    } catch (Throwable e) {
      dead = true;
      queue.clear();
      log.atError().addKeyValue("plugin", instance).setCause(e).log("the query log has failed");
    }
  }

  private void sleep() {
    asleep = true;
    if (!somethingWaits() && !closed) {
      LockSupport.park(this);
    }
    asleep = false;
  }

  private boolean somethingWaits() {
    gather.run();
    return !queue.isEmpty();
  }

  /** Returns whether there was anything. */
  private boolean writeBatch() {
    gather.run();
    if (queue.isEmpty()) {
      return false;
    }
    try {
      writeQueued();
      markDropped();
      sink.flush();
      reportLost("the queue is full");
    } catch (IOException | RuntimeException e) {
      failed(e);
    }
    return true;
  }

  private void writeQueued() throws IOException {
    for (int i = 0; i < BATCH; i++) {
      T next = queue.peek();
      if (next == null) {
        return;
      }
      try {
        sink.write(next);
        taken();
        next.written();
      } catch (RuntimeException e) {
        dropped.addAndGet(next.lines()); // it would fail again
        taken();
        throw e;
      }
    }
  }

  /** The first of the queue waits no more. */
  private void taken() {
    weight.addAndGet(-queue.remove().weight());
  }

  private void failed(Exception e) {
    if (closed) {
      gather.run();
      for (T next = queue.peek(); next != null; next = queue.peek()) {
        dropped.addAndGet(next.lines());
        taken();
      }
    }
    countDropped();
    reportLost(e.toString());
    reportFailure(e);
    if (!closed) {
      LockSupport.parkNanos(this, RETRY);
    }
  }

  private void countDropped() {
    long missing = dropped.getAndSet(0);
    lost += missing;
    unmarked += missing;
  }

  private void markDropped() throws IOException {
    countDropped();
    if (unmarked > 0) {
      sink.dropped(unmarked);
      unmarked = 0;
    }
  }

  /** Says how many lines were lost, now and then. */
  private void reportLost(String reason) {
    long now = System.nanoTime();
    if (lost > 0 && (closed || now - lossReportedAt >= REPORT_INTERVAL)) {
      log.atWarn()
          .addKeyValue("plugin", instance)
          .addKeyValue("lines", lost)
          .addKeyValue("reason", reason)
          .log("lines of the query log were lost");
      lossReportedAt = now;
      lost = 0;
    }
  }

  private void reportFailure(Exception e) {
    long now = System.nanoTime();
    if (now - failureReportedAt >= REPORT_INTERVAL) {
      log.atWarn()
          .addKeyValue("plugin", instance)
          .addKeyValue("reason", e.toString())
          .log("the query log cannot be written, and will be tried again");
      failureReportedAt = now;
    }
  }

  private void finish() {
    try (LineSink<T> last = sink) {
      markDropped();
      reportLost("the queue is full");
      last.flush();
    } catch (IOException | RuntimeException e) {
      log.atWarn()
          .addKeyValue("plugin", instance)
          .addKeyValue("reason", e)
          .log("closing the query log failed");
    }
  }
}
