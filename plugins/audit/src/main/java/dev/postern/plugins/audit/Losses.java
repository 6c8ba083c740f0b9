package dev.postern.plugins.audit;

import dev.postern.api.Counter;
import dev.postern.api.PluginContext;
import java.util.concurrent.atomic.AtomicLong;

/** What is not in the log, until a gap in it tells of that. Safe for use by many threads. */
final class Losses {
  private final Counter refusedCounter;
  private final Counter lostCounter;
  private final AtomicLong refused = new AtomicLong();
  private final AtomicLong lost = new AtomicLong();

  /**
   * So far.
   *
   * @param refused statements and logins
   * @param lost entries
   */
  record Count(long refused, long lost) {
    boolean isNothing() {
      return refused == 0 && lost == 0;
    }
  }

  Losses(PluginContext context) {
    refusedCounter =
        context.counter(
            "refused", "statements and logins that were refused because nothing can be written");
    lostCounter = context.counter("lost", "entries that are not in the log");
  }

  /** A statement or a login was refused. */
  void refused() {
    refused.incrementAndGet();
    refusedCounter.add(1);
  }

  /** Something has happened that nothing tells of. */
  void lost() {
    lost.incrementAndGet();
    lostCounter.add(1);
  }

  Count count() {
    return new Count(refused.get(), lost.get());
  }

  /** The log tells of these now. */
  void told(Count count) {
    refused.addAndGet(-count.refused());
    lost.addAndGet(-count.lost());
  }
}
