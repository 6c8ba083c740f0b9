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
 * must never wait for a disk. Under load the thread looks for lines every few milliseconds instead
 * of being woken for each. {@link #offer} and {@link #wake} are safe for use by many threads.
 */
final class LineWriter<T extends Queued> {
  /** About 16 MiB. */
  static final long MAX_WEIGHT = 16L << 20;

  private static final Logger log = LoggerFactory.getLogger(LineWriter.class);
  private static final int BATCH = 4096;
  private static final long LINGER = Duration.ofMillis(10).toNanos();
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

  /** Lines of which it is not certain that they were written. */
  private int inHand;

  private long reportedAt = System.nanoTime() - REPORT_INTERVAL;

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
    T first = queue.poll();
    if (first == null) {
      return false;
    }
    try {
      write(first);
      markDropped();
      sink.flush();
    } catch (IOException | RuntimeException e) {
      lost += inHand;
      report(e.toString());
      return true;
    }
    report("the queue is full");
    return true;
  }

  private void write(T first) throws IOException {
    T next = first;
    long taken = 0;
    try {
      for (int i = 1; next != null; i++) {
        taken += next.weight();
        inHand = next.lines();
        sink.write(next);
        inHand = 0;
        next = i < BATCH ? queue.poll() : null;
      }
    } finally {
      weight.addAndGet(-taken);
    }
  }

  private void markDropped() throws IOException {
    long missing = dropped.getAndSet(0);
    if (missing > 0) {
      lost += missing;
      sink.dropped(missing);
    }
  }

  /** Says how many lines were lost, now and then. */
  private void report(String reason) {
    long now = System.nanoTime();
    if (lost > 0 && (closed || now - reportedAt >= REPORT_INTERVAL)) {
      log.atWarn()
          .addKeyValue("plugin", instance)
          .addKeyValue("lines", lost)
          .addKeyValue("reason", reason)
          .log("lines of the query log were lost");
      reportedAt = now;
      lost = 0;
    }
  }

  private void finish() {
    try {
      markDropped();
      report("the queue is full");
      sink.close();
    } catch (IOException | RuntimeException e) {
      log.atWarn()
          .addKeyValue("plugin", instance)
          .addKeyValue("reason", e)
          .log("closing the query log failed");
    }
  }
}
