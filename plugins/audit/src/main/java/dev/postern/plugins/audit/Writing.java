package dev.postern.plugins.audit;

import dev.postern.api.Counter;
import dev.postern.api.PluginContext;
import dev.postern.api.intercept.Verdict;
import dev.postern.api.message.FrontendMessage;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that writes what is queued, in batches, brings it to the disk and looks after the
 * files. What cannot be written is tried again until it can.
 */
final class Writing {
  private static final Logger log = LoggerFactory.getLogger(Writing.class);
  private static final int BATCH = 1024;
  private static final long LINGER = Duration.ofMillis(5).toNanos();
  private static final long UPKEEP_INTERVAL = Duration.ofSeconds(5).toNanos();
  private static final long FIRST_RETRY = Duration.ofMillis(50).toNanos();
  private static final long LAST_RETRY = Duration.ofSeconds(1).toNanos();

  private final ChainedLog chain;
  private final EntryQueue queue;
  private final Losses losses;
  private final Verdict<FrontendMessage> late;
  private final InstantSource clock;
  private final String instance;
  private final boolean each;
  private final boolean refuses;
  private final long syncInterval;
  private final Counter records;

  /** Whether nothing can be written. */
  private volatile boolean failing;

  private volatile boolean closed;

  // Of the thread.
  private final List<EntryQueue.Queued> batch = new ArrayList<>();
  private final List<EntryQueue.Queued> unsynced = new ArrayList<>();
  private boolean dirty;
  private @Nullable Instant failingSince;
  private @Nullable String failed;
  private long retry = FIRST_RETRY;
  private boolean upkeepFails;
  private long syncedAt;
  private long lookedAt;

  /**
   * @param late what becomes of statements that cannot be recorded
   */
  Writing(
      ChainedLog chain,
      EntryQueue queue,
      Losses losses,
      Verdict<FrontendMessage> late,
      AuditConfig config,
      PluginContext context) {
    this.chain = chain;
    this.queue = queue;
    this.losses = losses;
    this.late = late;
    this.clock = context.clock();
    this.instance = context.instanceName();
    this.each = config.syncsEach();
    this.refuses = config.refuses();
    this.syncInterval = config.effectiveSyncInterval().toNanos();
    this.records = context.counter("records", "entries that were written");
    context.gauge("failing", "1 while nothing can be written, else 0", () -> failing ? 1 : 0);
  }

  /** Whether nothing can be written. Any thread. */
  boolean isFailing() {
    return failing;
  }

  /** Has the thread end when all is written. Any other thread. */
  void close() {
    closed = true;
    queue.wake();
  }

  /** The thread's work, until {@link #close}. */
  void run() {
    syncedAt = System.nanoTime();
    lookedAt = syncedAt;
    queue.owned();
    try {
      while (!closed || !batch.isEmpty() || !queue.isEmpty()) {
        if (batch.isEmpty()) {
          queue.take(batch, BATCH);
        }
        if (!step()) {
          if (closed) {
            break;
          }
          queue.pause(retry);
          retry = Math.min(2 * retry, LAST_RETRY);
        } else if (queue.isEmpty() && !closed) {
          queue.awaitWork(each ? 0 : LINGER, untilNextDue());
        }
      }
    } finally {
      finish();
    }
  }

  /** Returns false if it is to be tried again after a pause. */
  private boolean step() {
    try {
      if (!batch.isEmpty()) {
        append();
      }
      long now = System.nanoTime();
      if (dirty && (each || now - syncedAt >= syncInterval)) {
        boolean due = now - syncedAt >= syncInterval;
        chain.sync(due);
        dirty = !due;
        if (due) {
          syncedAt = now;
        }
        unsynced.forEach(EntryQueue.Queued::forward);
        unsynced.clear();
      }
      recovered();
    } catch (IOException | RuntimeException e) {
      fails(e);
      return false;
    }
    long now = System.nanoTime();
    if (now - lookedAt >= UPKEEP_INTERVAL) {
      lookedAt = now;
      upkeep();
    }
    return true;
  }

  private void append() throws IOException {
    List<Entry> entries = new ArrayList<>(batch.size() + 1);
    Losses.Count untold = losses.count();
    Instant since = failingSince;
    if (since != null || !untold.isNothing()) {
      Instant now = clock.instant();
      String reason = failed == null ? "the queue was full" : failed;
      entries.add(
          new Entry.Gap(now, since == null ? now : since, reason, untold.refused(), untold.lost()));
    }
    batch.forEach(queued -> entries.add(queued.entry()));
    chain.append(entries);
    failingSince = null;
    failed = null;
    losses.told(untold);
    records.add(entries.size());
    queue.written(batch);
    if (each) {
      unsynced.addAll(batch);
    }
    batch.clear();
    dirty = true;
  }

  private void fails(Exception e) {
    String reason = e.getMessage() == null ? e.toString() : e.getMessage();
    if (!failing) {
      failing = true;
      failed = reason;
      failingSince = clock.instant();
      log.atError()
          .addKeyValue("plugin", instance)
          .addKeyValue("statements", refuses ? "refused" : "not recorded")
          .setCause(e)
          .log("the audit log cannot be written");
    }
    queue.giveUp(late);
    batch.forEach(queued -> queued.decide(late));
    unsynced.forEach(queued -> queued.decide(late));
    unsynced.clear();
  }

  private void recovered() {
    retry = FIRST_RETRY;
    if (failing && failingSince == null) {
      failing = false;
      log.atWarn().addKeyValue("plugin", instance).log("the audit log is written again");
    } else if (failing && batch.isEmpty()) {
      // The disk takes what is there again; the gap goes before the next entry.
      failing = false;
    }
  }

  private void upkeep() {
    try {
      chain.upkeep();
      upkeepFails = false;
    } catch (IOException | RuntimeException e) {
      if (upkeepFails) {
        return;
      }
      upkeepFails = true;
      log.atError()
          .addKeyValue("plugin", instance)
          .setCause(e)
          .log("the audit log's files cannot be rotated or removed");
    }
  }

  private long untilNextDue() {
    long now = System.nanoTime();
    long upkeep = lookedAt + UPKEEP_INTERVAL - now;
    return Math.max(1, dirty ? Math.min(upkeep, syncedAt + syncInterval - now) : upkeep);
  }

  private void finish() {
    try {
      if (batch.isEmpty()) {
        chain.close();
      } else {
        chain.abandon();
        log.atError()
            .addKeyValue("plugin", instance)
            .addKeyValue("entries", batch.size() + queue.size())
            .log("entries of the audit log were not written");
      }
    } catch (IOException | RuntimeException e) {
      log.atError().addKeyValue("plugin", instance).setCause(e).log("the audit log did not close");
    }
  }
}
