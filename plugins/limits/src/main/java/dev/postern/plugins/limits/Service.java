package dev.postern.plugins.limits;

import dev.postern.api.Counter;
import dev.postern.api.PluginContext;
import dev.postern.api.SqlState;
import dev.postern.api.intercept.Verdict;
import dev.postern.api.message.FrontendMessage;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/** What the sessions of an instance share. Safe for use by many threads. */
final class Service {
  private static final Logger log = LoggerFactory.getLogger(Service.class);
  private static final Duration TICK = Duration.ofMillis(10);
  private static final Duration SWEEP = Duration.ofSeconds(30);

  final Buckets buckets;
  private final String instance;
  private final LongSupplier nanoTime;
  private final Executor threads;
  private final Counter refused;
  private final Counter delayed;
  private final Counter wouldRefuse;

  /** Those in whose queue somebody is, or was a moment ago. */
  private final Set<Bucket> queues = ConcurrentHashMap.newKeySet();

  /**
   * @param ticks whether anything may wait
   */
  Service(PluginContext context, int maxBuckets, LongSupplier nanoTime, boolean ticks) {
    this.instance = context.instanceName();
    this.nanoTime = nanoTime;
    buckets = new Buckets(maxBuckets, nanoTime);
    threads = context.threads();
    refused = context.counter("refused", "Statements that a limit has refused");
    delayed = context.counter("delayed", "Statements that had to wait for a limit");
    wouldRefuse =
        context.counter("would_refuse", "Statements that a limit with dry-run would not let pass");
    context.gauge("buckets", "Buckets that are kept", buckets::size);
    context.gauge("waiting", "Statements that wait for a limit", this::waiting);
    context.every(SWEEP, buckets::sweep);
    if (ticks) {
      context.every(TICK, () -> queues.forEach(this::tick));
    }
  }

  long now() {
    return nanoTime.getAsLong();
  }

  private double waiting() {
    return queues.stream().mapToInt(Bucket::waiting).sum();
  }

  /** Puts a statement into a queue; called under the session's lock. */
  Waiter await(
      SessionLimits session,
      Request request,
      int place,
      Share share,
      @Nullable Waiter before,
      long now) {
    Bucket bucket = share.bucket;
    long deadline = now + bucket.limit.maxDelayNanos();
    Waiter waiter = new Waiter(session, request, place, bucket, deadline, before);
    if (before == null) {
      delayed.increment();
    }
    bucket.enqueue(waiter, share.heldUntil > 0);
    queues.add(bucket);
    return waiter;
  }

  /** A place is free. The caller holds a session's lock, so that this thread may not go on. */
  void wake(Bucket bucket) {
    try {
      threads.execute(() -> grant(bucket));
    } catch (RejectedExecutionException e) {
      log.trace("the instance is closed", e); // and nobody waits
    }
  }

  private void tick(Bucket bucket) {
    grant(bucket);
    Waiter expired = bucket.expired(now());
    while (expired != null && expired.session.proceed(expired)) {
      expired = bucket.expired(now());
    }
  }

  /** Lets those go on who can, in their order. */
  private void grant(Bucket bucket) {
    Waiter first;
    do {
      first = bucket.first();
      if (first == null) {
        queues.remove(bucket);
        if (bucket.waiting() > 0) {
          queues.add(bucket);
        }
        return;
      }
    } while (first.session.proceed(first));
  }

  Verdict<FrontendMessage> refuse(
      Facts facts, Request request, Share share, Shortage shortage, long waitedNanos) {
    refused.increment();
    String sentence = sentence(share, shortage, waitedNanos);
    write(facts, request, share, "refused: " + sentence);
    return Verdict.reject(SqlState.CONFIGURATION_LIMIT_EXCEEDED, sentence);
  }

  void wouldRefuse(Facts facts, Request request, Share share, Shortage shortage) {
    wouldRefuse.increment();
    write(facts, request, share, "would be refused: " + sentence(share, shortage, 0));
  }

  private static String sentence(Share share, Shortage shortage, long waitedNanos) {
    String owner = share.limit.owner(share.bucket.key);
    return "limit \""
        + share.limit.name()
        + "\" is reached: "
        + shortage.shown()
        + (owner.isEmpty() ? "" : " for " + owner)
        + (waitedNanos > 0 ? ", after a wait of " + waitedNanos / 1_000_000 + " ms" : "")
        + "; try again in "
        + shortage.waitSeconds()
        + " s"
        + (shortage.waitNanos() < 0 ? ", or when one has ended" : "");
  }

  private void write(Facts facts, Request request, Share share, String text) {
    long count = share.bucket.refusalsToLog(now());
    if (count == 0) {
      return;
    }
    LoggingEventBuilder line =
        log.atWarn()
            .addKeyValue("plugin", instance)
            .addKeyValue("sessionId", facts.sessionId())
            .addKeyValue("user", facts.user())
            .addKeyValue("database", facts.database())
            .addKeyValue("route", facts.route())
            .addKeyValue("limit", share.limit.name())
            .addKeyValue("statements", count);
    Shape shape = request.admission().shape;
    if (share.limit.looksAtStatements()) {
      line =
          line.addKeyValue("fingerprint", shape.fingerprint())
              .addKeyValue("statement", shape.text());
    }
    line.log(text);
  }
}
