package dev.postern.proxy.pool;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The connections of all pools to one database of a server, or of one role there. Every pool counts
 * here; a pool that has a limit opens no connection above it. Who waits because of that is known,
 * so that the one who has waited longest is the next, whatever its pool. Safe for use by many
 * threads; of all this, the way of a query sees whether somebody waits.
 */
final class Quota {
  /**
   * A connection that is wanted in its own pool is closed only for somebody who has waited this
   * much longer: a login at the server costs more than some queries.
   */
  private static final long FAIR_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  /** Which of the quotas this is, for the operator. */
  private final String name;

  private final AtomicInteger open = new AtomicInteger();
  private final Set<Pool> pools = ConcurrentHashMap.newKeySet();

  /** The shares that would open a connection if this were not full. */
  private final Map<Share, Blocked> blocked = new ConcurrentHashMap<>();

  /**
   * @param since when the first session came that it has no connection for
   * @param limit of its pool
   * @param promised whether a connection is being closed for it
   * @param woken whether it has been told of a place
   */
  private record Blocked(
      Share share, long since, int limit, AtomicBoolean promised, AtomicBoolean woken) {}

  Quota(String name) {
    this.name = name;
  }

  /** How many connections are open or being opened. */
  int open() {
    return open.get();
  }

  void enter(Pool pool) {
    pools.add(pool);
  }

  /** Whether no pool is left. */
  boolean leave(Pool pool) {
    pools.remove(pool);
    return pools.isEmpty();
  }

  /**
   * Takes a place, unless that would exceed the limit, or somebody has waited longer for one.
   *
   * @param limit 0: none
   * @param since since when whoever needs the place has waited
   */
  boolean take(int limit, Share share, long since) {
    if (limit > 0 && isSomebodyBefore(share, since)) {
      return false;
    }
    while (true) {
      int now = open.get();
      if (limit > 0 && now >= limit) {
        return false;
      }
      if (open.compareAndSet(now, now + 1)) {
        return true;
      }
    }
  }

  /** Who may have less, and has that, is before nobody. */
  private boolean isSomebodyBefore(Share share, long since) {
    for (Blocked other : blocked.values()) {
      if (other.share() != share
          && other.since() - since < 0
          && open.get() < other.limit()
          && other.share().waitingCount() > 0) {
        return true;
      }
    }
    return false;
  }

  /** Gives a place back that was not used. */
  void returned() {
    open.decrementAndGet();
  }

  /** A connection is gone: whoever has waited longest, and may open one now, is told. */
  void released() {
    int left = open.decrementAndGet();
    Blocked first = null;
    for (Blocked one : blocked.values()) {
      if (!one.woken().get()
          && left < one.limit()
          && (first == null || one.since() - first.since() < 0)) {
        first = one;
      }
    }
    if (first != null && first.woken().compareAndSet(false, true)) {
      first.share().loop().execute(first.share()::placeFree);
    }
  }

  /**
   * The share waits for a place, until {@link #unblock}. Room is made for it where some idles.
   *
   * @param limit of its pool, not 0
   */
  void block(Share share, long since, int limit) {
    Blocked entry = new Blocked(share, since, limit, new AtomicBoolean(), new AtomicBoolean());
    blocked.put(share, entry); // before the look: what is given back meanwhile sees it
    Pool richest = null;
    int most = 0;
    for (Pool pool : pools) {
      int idle = pool == share.pool() ? 0 : pool.idle();
      if (idle > most) {
        richest = pool;
        most = idle;
      }
    }
    if (richest != null && richest.closeEldestIdle()) {
      entry.promised().set(true);
    }
  }

  void unblock(Share share) {
    blocked.remove(share);
  }

  /**
   * Whether a connection that is given back has to make room for a session of another pool, and is
   * promised to it now.
   *
   * @param wanted whether a session of its own pool waits
   * @param since since when
   */
  boolean owes(Pool pool, boolean wanted, long since) {
    if (blocked.isEmpty()) {
      return false;
    }
    for (Blocked other : blocked.values()) {
      if (other.share().pool() != pool
          && other.share().waitingCount() > 0
          && (!wanted || since - other.since() > FAIR_NANOS)
          && other.promised().compareAndSet(false, true)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public String toString() {
    return name;
  }
}
