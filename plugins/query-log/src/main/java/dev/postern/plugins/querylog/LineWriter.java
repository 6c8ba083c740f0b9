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
 * of being woken for each. {@link #offer} is safe for use by many threads.
 */
final class LineWriter {
  /** About 16 MiB. */
  static final long MAX_WEIGHT = 16L << 20;

  private static final Logger log = LoggerFactory.getLogger(LineWriter.class);
  private static final int BATCH = 4096;
  private static final long LINGER = Duration.ofMillis(10).toNanos();
  private static final long REPORT_INTERVAL = Duration.ofSeconds(10).toNanos();
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

  private final LineSink sink;
  private final String instance;
  private final Thread thread;
  private final Queue<StatementLine> lines = new ConcurrentLinkedQueue<>();
  private final AtomicLong weight = new AtomicLong();
  private final AtomicLong dropped = new AtomicLong();
  private volatile boolean asleep;
  private volatile boolean closed;

  /** Nothing is written any more, so nothing may be kept. */
  private volatile boolean dead;

  // Of the writer's thread.
  private long lost;
  private long reportedAt = System.nanoTime() - REPORT_INTERVAL;

  LineWriter(LineSink sink, String instance) {
    this.sink = sink;
    this.instance = instance;
    this.thread = Thread.ofPlatform().daemon().name("query-log-" + instance).unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /** Never blocks. */
  void offer(StatementLine line) {
    if (dead) {
      return;
    }
    if (weight.addAndGet(line.weight()) > MAX_WEIGHT) {
      weight.addAndGet(-line.weight());
      dropped.incrementAndGet();
      return;
    }
    lines.add(line);
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
      while (!closed || !lines.isEmpty()) {
        if (!writeBatch()) {
          sleep();
        } else if (lines.isEmpty() && !closed) {
          LockSupport.parkNanos(this, LINGER);
        }
      }
      finish();
    } catch (Throwable e) {
      dead = true;
      lines.clear();
      log.atError().addKeyValue("plugin", instance).setCause(e).log("the query log has failed");
    }
  }

  private void sleep() {
    asleep = true;
    if (lines.isEmpty() && !closed) {
      LockSupport.park(this);
    }
    asleep = false;
  }

  /** Returns whether there was anything. */
  private boolean writeBatch() {
    StatementLine line = lines.poll();
    if (line == null) {
      return false;
    }
    try {
      write(line);
      markDropped();
      sink.flush();
    } catch (IOException | RuntimeException e) {
      lost++;
      report(e.toString());
      return true;
    }
    report("the queue is full");
    return true;
  }

  private void write(StatementLine first) throws IOException {
    StatementLine line = first;
    long taken = 0;
    try {
      for (int i = 1; line != null; i++) {
        taken += line.weight();
        sink.write(line);
        line = i < BATCH ? lines.poll() : null;
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
