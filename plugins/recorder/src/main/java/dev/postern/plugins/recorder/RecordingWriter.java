package dev.postern.plugins.recorder;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Takes messages from event loops; redacts, encodes and writes them on a daemon thread of its own.
 * What waits is bounded by its weight. {@link #offer} and {@link #add} are safe for use by many
 * threads and never block.
 */
final class RecordingWriter {
  /** About 32 MiB. */
  static final long MAX_WEIGHT = 32L << 20;

  private static final long LINGER = Duration.ofMillis(50).toNanos();
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

  /** How much is encoded before it is written. */
  private static final long BATCH = 1L << 20;

  private record Queued(Entry entry, long weight) {}

  private final Queue<Queued> queue = new ConcurrentLinkedQueue<>();
  private final AtomicLong weight = new AtomicLong();
  private final RecorderLog recorderLog;
  private final RecordingAppender appender;
  private final Thread thread;
  private volatile boolean asleep;
  private volatile boolean closed;

  /** Nothing is written any more, so nothing may be kept. */
  private volatile boolean dead;

  RecordingWriter(RecordingStore store, Redaction redaction, String instance) {
    this.recorderLog = new RecorderLog(instance);
    this.appender = new RecordingAppender(store, new RecordingEncoder(redaction), recorderLog);
    this.thread = Thread.ofPlatform().daemon().name("recorder-" + instance).unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /**
   * Returns false if the queue is full.
   *
   * @param own about how many bytes the entry takes
   */
  boolean offer(Entry entry, long own) {
    if (dead || weight.addAndGet(own) > MAX_WEIGHT) {
      weight.addAndGet(-own);
      return false;
    }
    put(new Queued(entry, own));
    return true;
  }

  /** For the beginning and the end of a recording, for which there is always room. */
  void add(Entry entry) {
    put(new Queued(entry, 0));
  }

  /** Writes what is queued and ends the thread; waits for it a few seconds. */
  void close() throws InterruptedException {
    closed = true;
    LockSupport.unpark(thread);
    thread.join(CLOSE_TIMEOUT);
  }

  private void put(Queued queued) {
    if (dead) {
      return;
    }
    queue.add(queued);
    if (asleep) {
      LockSupport.unpark(thread);
    }
  }

  private void run() {
    try {
      while (!closed || !queue.isEmpty()) {
        if (!writeBatch()) {
          sleep();
        } else if (queue.isEmpty() && !closed) {
          LockSupport.parkNanos(this, LINGER);
        }
      }
    } catch (Throwable e) {
      dead = true;
      queue.clear();
      recorderLog.failed(e);
    }
  }

  private void sleep() {
    asleep = true;
    if (queue.isEmpty() && !closed) {
      LockSupport.park(this);
    }
    asleep = false;
  }

  /** Returns whether there was anything. */
  private boolean writeBatch() {
    boolean any = false;
    while (appender.unwritten() < BATCH) {
      Queued next = queue.poll();
      if (next == null) {
        break;
      }
      any = true;
      weight.addAndGet(-next.weight());
      appender.append(next.entry());
    }
    appender.write();
    return any;
  }
}
