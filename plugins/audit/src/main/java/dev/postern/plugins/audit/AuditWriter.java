package dev.postern.plugins.audit;

import dev.postern.api.Counter;
import dev.postern.api.PluginContext;
import dev.postern.api.SqlState;
import dev.postern.api.intercept.Verdict;
import dev.postern.api.message.FrontendMessage;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes entries from event loops and logins, and has one thread write them. What waits is bounded;
 * beyond that, statements and logins are held. While nothing can be written, statements are
 * refused, or go on and are counted. Safe for use by many threads.
 */
final class AuditWriter {
  static final String REFUSED = "the audit log cannot be written: try again later";

  private static final Logger log = LoggerFactory.getLogger(AuditWriter.class);
  private static final int BATCH = 1024;
  private static final long LINGER = Duration.ofMillis(5).toNanos();
  private static final long UPKEEP_INTERVAL = Duration.ofSeconds(5).toNanos();
  private static final long FIRST_RETRY = Duration.ofMillis(50).toNanos();
  private static final long LAST_RETRY = Duration.ofSeconds(1).toNanos();
  private static final int CLOSE_SECONDS = 5;

  private final ChainedLog chain;
  private final EntryQueue queue;
  private final InstantSource clock;
  private final String instance;
  private final boolean each;
  private final boolean refuses;
  private final Duration holdLimit;
  private final long syncInterval;
  private final Counter recordsCounter;
  private final Counter refusedCounter;
  private final Counter lostCounter;

  /** Statements and logins that no gap in the log tells of yet. */
  private final AtomicLong refused = new AtomicLong();

  private final AtomicLong lost = new AtomicLong();

  /** Why nothing can be written; {@code null}: it can. */
  private volatile @Nullable String failure;

  private volatile boolean closed;
  private @Nullable Future<?> end;

  // Of the writer's thread.
  private final List<EntryQueue.Queued> batch = new ArrayList<>();
  private final List<EntryQueue.Queued> unsynced = new ArrayList<>();
  private boolean dirty;
  private @Nullable Instant failingSince;
  private @Nullable String failed;
  private long retry = FIRST_RETRY;
  private boolean upkeepFails;
  private long syncedAt;
  private long lookedAt;

  AuditWriter(ChainedLog chain, AuditConfig config, PluginContext context) {
    this.chain = chain;
    this.queue = new EntryQueue(config.effectiveQueue(), this::givenUp);
    this.clock = context.clock();
    this.instance = context.instanceName();
    this.each = config.syncsEach();
    this.refuses = config.refuses();
    this.holdLimit = config.effectiveHoldLimit();
    this.syncInterval = config.effectiveSyncInterval().toNanos();
    this.recordsCounter = context.counter("records", "entries that were written");
    this.refusedCounter =
        context.counter(
            "refused", "statements and logins that were refused because nothing can be written");
    this.lostCounter = context.counter("lost", "entries that are not in the log");
    context.gauge("queued_bytes", "what waits to be written, in bytes", queue::weight);
    context.gauge(
        "failing", "1 while nothing can be written, else 0", () -> failure == null ? 0 : 1);
  }

  void start(PluginContext context) {
    syncedAt = System.nanoTime();
    lookedAt = syncedAt;
    end = context.threads().submit(this::run);
  }

  /** Whether a statement may go on now, later or not. Never blocks. */
  Verdict<FrontendMessage> statement(Entry entry) {
    boolean failing = failure != null;
    if (failing && refuses) {
      givenUp();
      return late();
    }
    if (queue.hasRoom() && (!each || failing)) {
      queue.put(new EntryQueue.Queued(entry, null));
      return Verdict.forward();
    }
    if (failing) {
      lose();
      return Verdict.forward();
    }
    return Verdict.later(held(entry).completeOnTimeout(late(), millis(), TimeUnit.MILLISECONDS));
  }

  private CompletableFuture<Verdict<FrontendMessage>> held(Entry entry) {
    CompletableFuture<Verdict<FrontendMessage>> verdict = new CompletableFuture<>();
    queue.hold(new EntryQueue.Queued(entry, verdict), !each);
    return verdict;
  }

  private Verdict<FrontendMessage> late() {
    return refuses ? Verdict.reject(SqlState.IO_ERROR, REFUSED) : Verdict.forward();
  }

  /** A statement or a login is not taken. */
  private void givenUp() {
    if (refuses) {
      refused.incrementAndGet();
      refusedCounter.add(1);
    } else {
      lose();
    }
  }

  private long millis() {
    return holdLimit.toMillis();
  }

  private void lose() {
    lost.incrementAndGet();
    lostCounter.add(1);
  }

  /**
   * Takes a login; may wait for a place, or for the disk. One that is taken while nothing can be
   * written waits in the queue: no statement behind it goes on before it was written.
   *
   * @throws IllegalStateException if it cannot be taken, and what cannot be recorded is refused
   */
  void login(Entry entry) {
    if (queue.hasRoom() && (!each || failure != null)) {
      queue.put(new EntryQueue.Queued(entry, null));
    } else if (failure != null) {
      givenUp();
      refuseUnless(!refuses, null);
    } else {
      CompletableFuture<Verdict<FrontendMessage>> verdict = held(entry);
      try {
        Verdict<FrontendMessage> decided =
            verdict.completeOnTimeout(late(), millis(), TimeUnit.MILLISECONDS).get();
        refuseUnless(decided instanceof Verdict.Forward<FrontendMessage>, null);
      } catch (ExecutionException e) {
        refuseUnless(false, e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        refuseUnless(!verdict.complete(late()), e);
      }
    }
  }

  private static void refuseUnless(boolean taken, @Nullable Exception cause) {
    if (!taken) {
      throw new IllegalStateException("the audit log cannot take a login now", cause);
    }
  }

  /**
   * Takes what has happened and cannot be held: it may use as much again of the queue. Never
   * blocks.
   *
   * @return whether the session may go on
   */
  boolean happened(Entry entry) {
    if (queue.hasDoubleRoom()) {
      queue.put(new EntryQueue.Queued(entry, null));
      return true;
    }
    lose();
    return !refuses;
  }

  /** Writes what is queued and ends the thread; waits for it a few seconds. */
  void close() throws InterruptedException {
    closed = true;
    queue.wake();
    Future<?> running = end;
    if (running == null) {
      return;
    }
    try {
      running.get(CLOSE_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      log.atError().addKeyValue("plugin", instance).setCause(e).log("the audit log did not close");
    }
  }

  private void run() {
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
      failing(e);
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
    long refusedNow = refused.get();
    long lostNow = lost.get();
    Instant since = failingSince;
    if (since != null || refusedNow > 0 || lostNow > 0) {
      Instant now = clock.instant();
      String reason = failed == null ? "the queue was full" : failed;
      entries.add(new Entry.Gap(now, since == null ? now : since, reason, refusedNow, lostNow));
    }
    batch.forEach(queued -> entries.add(queued.entry()));
    chain.append(entries);
    failingSince = null;
    failed = null;
    refused.addAndGet(-refusedNow);
    lost.addAndGet(-lostNow);
    recordsCounter.add(entries.size());
    queue.written(batch);
    if (each) {
      unsynced.addAll(batch);
    }
    batch.clear();
    dirty = true;
  }

  private void failing(Exception e) {
    String reason = e.getMessage() == null ? e.toString() : e.getMessage();
    if (failure == null) {
      failure = reason;
      failed = reason;
      failingSince = clock.instant();
      log.atError()
          .addKeyValue("plugin", instance)
          .addKeyValue("statements", refuses ? "refused" : "not recorded")
          .setCause(e)
          .log("the audit log cannot be written");
    }
    queue.giveUp(late());
    batch.forEach(queued -> queued.decide(late()));
    unsynced.forEach(queued -> queued.decide(late()));
    unsynced.clear();
  }

  private void recovered() {
    retry = FIRST_RETRY;
    if (failure != null && failingSince == null) {
      failure = null;
      log.atWarn().addKeyValue("plugin", instance).log("the audit log is written again");
    } else if (failure != null && batch.isEmpty()) {
      // The disk takes what is there again; the gap goes before the next entry.
      failure = null;
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
