package dev.postern.plugins.audit;

import dev.postern.api.PluginContext;
import dev.postern.api.SqlState;
import dev.postern.api.intercept.Verdict;
import dev.postern.api.message.FrontendMessage;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes entries from event loops and logins, for one thread to write them. What waits is bounded;
 * beyond that, statements and logins are held. While nothing can be written, statements are
 * refused, or go on and are counted. Safe for use by many threads.
 */
final class AuditWriter {
  static final String REFUSED = "the audit log cannot be written: try again later";

  private static final Logger log = LoggerFactory.getLogger(AuditWriter.class);
  private static final int CLOSE_SECONDS = 5;

  private final EntryQueue queue;
  private final Losses losses;
  private final Writing writing;
  private final String instance;
  private final boolean each;
  private final boolean refuses;
  private final Duration holdLimit;
  private @Nullable Future<?> end;

  AuditWriter(ChainedLog chain, AuditConfig config, PluginContext context) {
    this.queue = new EntryQueue(config.effectiveQueue(), this::givenUp);
    this.losses = new Losses(context);
    this.instance = context.instanceName();
    this.each = config.syncsEach();
    this.refuses = config.refuses();
    this.holdLimit = config.effectiveHoldLimit();
    this.writing = new Writing(chain, queue, losses, late(refuses), config, context);
    context.gauge("queued_bytes", "what waits to be written, in bytes", queue::weight);
  }

  void start(PluginContext context) {
    end = context.threads().submit(writing::run);
  }

  /** Whether a statement may go on now, later or not. Never blocks. */
  Verdict<FrontendMessage> statement(Entry entry) {
    return record(entry, each);
  }

  /**
   * The same of one that is prepared: it waits for a place, and not for the disk, since what runs
   * it waits for that.
   */
  Verdict<FrontendMessage> prepared(Entry entry) {
    return record(entry, false);
  }

  private Verdict<FrontendMessage> record(Entry entry, boolean synced) {
    boolean failing = writing.isFailing();
    if (failing && refuses) {
      givenUp();
      return late(refuses);
    }
    if (queue.hasRoom() && (!synced || failing)) {
      queue.put(new EntryQueue.Queued(entry, null));
      return Verdict.forward();
    }
    if (failing) {
      losses.lost();
      return Verdict.forward();
    }
    return Verdict.later(
        held(entry, synced).completeOnTimeout(late(refuses), millis(), TimeUnit.MILLISECONDS));
  }

  private CompletableFuture<Verdict<FrontendMessage>> held(Entry entry, boolean synced) {
    CompletableFuture<Verdict<FrontendMessage>> verdict = new CompletableFuture<>();
    queue.hold(new EntryQueue.Queued(entry, verdict), !synced);
    return verdict;
  }

  /** What becomes of a statement that cannot be recorded. */
  private static Verdict<FrontendMessage> late(boolean refuses) {
    return refuses ? Verdict.reject(SqlState.IO_ERROR, REFUSED) : Verdict.forward();
  }

  /** A statement or a login is not taken. */
  private void givenUp() {
    if (refuses) {
      losses.refused();
    } else {
      losses.lost();
    }
  }

  private long millis() {
    return holdLimit.toMillis();
  }

  /**
   * Takes a login; may wait for a place, or for the disk. One that is taken while nothing can be
   * written waits in the queue: no statement behind it goes on before it was written.
   *
   * @throws IllegalStateException if it cannot be taken, and what cannot be recorded is refused
   */
  void login(Entry entry) {
    if (queue.hasRoom() && (!each || writing.isFailing())) {
      queue.put(new EntryQueue.Queued(entry, null));
    } else if (writing.isFailing()) {
      givenUp();
      refuseUnless(!refuses, null);
    } else {
      CompletableFuture<Verdict<FrontendMessage>> verdict = held(entry, each);
      try {
        Verdict<FrontendMessage> decided =
            verdict.completeOnTimeout(late(refuses), millis(), TimeUnit.MILLISECONDS).get();
        refuseUnless(decided instanceof Verdict.Forward<FrontendMessage>, null);
      } catch (ExecutionException e) {
        refuseUnless(false, e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        refuseUnless(!verdict.complete(late(refuses)), e);
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
    losses.lost();
    return !refuses;
  }

  /** Writes what is queued and ends the thread; waits for it a few seconds. */
  void close() throws InterruptedException {
    writing.close();
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
}
