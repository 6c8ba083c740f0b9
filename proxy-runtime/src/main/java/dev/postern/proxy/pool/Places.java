package dev.postern.proxy.pool;

import dev.postern.api.routing.Pooling;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The places for connections that a pool has: its own, and those that it shares with other pools.
 * Taken when a connection is opened, and released when it is closed. Safe for use by many threads.
 */
final class Places {
  /** What can stand in the way of a further connection. */
  sealed interface Limit {
    /** For the operator. */
    String inUse(Pool pool);

    /** For clients, who are not told of servers and roles. */
    String reached(Pool pool);
  }

  /** The pool's own size. */
  private record Size(int most) implements Limit {
    @Override
    public String inUse(Pool pool) {
      return "%d of %d in use".formatted(pool.open() - pool.idle(), most);
    }

    @Override
    public String reached(Pool pool) {
      return inUse(pool);
    }
  }

  /**
   * What the pool may have of what it shares.
   *
   * @param setting its name in the configuration
   * @param most 0: no limit
   */
  record Shared(Quota quota, String setting, int most) implements Limit {
    @Override
    public String inUse(Pool pool) {
      return "%s: %d of %d to %s open".formatted(setting, quota.open(), most, quota);
    }

    @Override
    public String reached(Pool pool) {
      return "%s: %d of %d open".formatted(setting, quota.open(), most);
    }
  }

  private final Size size;
  private final List<Shared> shared;

  /** Connections of the pool that are open or being opened. */
  private final AtomicInteger open = new AtomicInteger();

  /** Those of them that are being closed because the pool has more than it is to keep. */
  private final AtomicInteger spared = new AtomicInteger();

  /**
   * @param quotas of the database and of the role
   */
  Places(Pooling pooling, List<Quota> quotas) {
    size = new Size(pooling.size());
    shared =
        List.of(
            new Shared(
                quotas.getFirst(), "connections-per-database", pooling.connectionsPerDatabase()),
            new Shared(quotas.getLast(), "connections-per-role", pooling.connectionsPerRole()));
  }

  /** How many connections of the pool are open or being opened. */
  int open() {
    return open.get();
  }

  /**
   * Takes a place for one more connection.
   *
   * @param extra how many there may be beyond the pool's size
   * @param since since when whoever needs it has waited, in the time of System.nanoTime
   * @return what stands in the way, or {@code null} if the place is taken
   */
  @Nullable Limit take(int extra, Share share, long since) {
    if (isFull(extra)) {
      return size;
    }
    for (int i = 0; i < shared.size(); i++) {
      Shared limit = shared.get(i);
      if (!limit.quota().take(limit.most(), share, since)) {
        shared.subList(0, i).forEach(taken -> taken.quota().returned());
        return limit;
      }
    }
    if (!takeOwn(extra)) {
      shared.forEach(taken -> taken.quota().returned());
      return size;
    }
    return null;
  }

  private boolean isFull(int extra) {
    return size.most() > 0 && open.get() >= size.most() + extra;
  }

  private boolean takeOwn(int extra) {
    while (true) {
      int now = open.get();
      if (size.most() > 0 && now >= size.most() + extra) {
        return false;
      }
      if (open.compareAndSet(now, now + 1)) {
        return true;
      }
    }
  }

  /** Whether one may be closed, and so many remain; if so, that is promised to the caller. */
  boolean spare(int kept) {
    while (true) {
      int closing = spared.get();
      if (open.get() - closing <= kept) {
        return false;
      }
      if (spared.compareAndSet(closing, closing + 1)) {
        return true;
      }
    }
  }

  /** One that could be spared is closed, and its place has been released. */
  void sparedIsClosed() {
    spared.decrementAndGet();
  }

  /** A connection is gone, or could not be opened. */
  void release() {
    open.decrementAndGet();
    shared.forEach(limit -> limit.quota().released());
  }

  /**
   * Whether a connection that is given back has to make room for a session of another pool.
   *
   * @param wanted whether a session of its own pool waits
   * @param since since when
   */
  boolean owes(Pool pool, boolean wanted, long since) {
    for (int i = 0; i < shared.size(); i++) {
      if (shared.get(i).quota().owes(pool, wanted, since)) {
        return true;
      }
    }
    return false;
  }
}
