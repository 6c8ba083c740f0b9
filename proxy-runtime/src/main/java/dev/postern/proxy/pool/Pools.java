package dev.postern.proxy.pool;

import dev.postern.api.message.StartupMessage;
import dev.postern.api.routing.Backend;
import dev.postern.api.routing.Pooling;
import dev.postern.proxy.backend.BackendLogins;
import dev.postern.proxy.backend.Credentials;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** All pools. Safe for use by many threads. */
public final class Pools {
  /** How often idle connections are looked at, in seconds. */
  private static final int MAINTENANCE_SECONDS = 1;

  private final Opener opener;
  private final List<EventLoop> loops;
  private final Quotas quotas = new Quotas();
  private final ConcurrentMap<PoolKey, Pool> pools = new ConcurrentHashMap<>();

  /** Retired pools in whose place there is another one, until their last connection is gone. */
  private final Set<Pool> replaced = ConcurrentHashMap.newKeySet();

  /**
   * @param timeout for opening one connection
   */
  public Pools(BackendLogins logins, Duration timeout, List<EventLoop> loops) {
    this.opener = new Opener(logins, timeout);
    this.loops = List.copyOf(loops);
    var _ =
        loops
            .getFirst()
            .scheduleAtFixedRate(
                this::maintain, MAINTENANCE_SECONDS, MAINTENANCE_SECONDS, TimeUnit.SECONDS);
  }

  /**
   * The pool for a session, which has to say {@link Pool#sessionClosed} when it ends.
   *
   * @param credentials copied if a new pool needs them
   * @param owner whose credentials they are, or {@code null} if they are the route's
   */
  public Pool enter(
      String route,
      Backend server,
      StartupMessage startup,
      Credentials credentials,
      Pooling pooling,
      @Nullable String owner) {
    PoolKey key = new PoolKey(route, server, startup, PoolCredentials.digest(credentials), pooling);
    Pool entered =
        pools.compute(
            key,
            (same, known) -> {
              Pool pool = known;
              if (pool != null && pool.isRetired()) {
                replaced.add(pool);
                pool = null;
              }
              if (pool == null) {
                pool =
                    new Pool(
                        key,
                        PoolCredentials.copy(credentials),
                        opener,
                        this::makeRoom,
                        quotas,
                        loops);
              }
              pool.sessionOpened(owner);
              return pool;
            });
    if (entered.isWantedAgain()) {
      for (Pool other : pools.values()) {
        if (key.replaces(other.key())) {
          other.replaced();
        }
      }
    }
    return entered;
  }

  /** As of now, those included that wait only for their last connections to be given back. */
  public Collection<Pool> all() {
    List<Pool> all = new ArrayList<>(pools.values());
    all.addAll(replaced);
    return all;
  }

  /** Connections that were opened with what a user proved or has stored are not handed on. */
  public void retire(String user) {
    for (Pool pool : pools.values()) {
      if (pool.isOwnedBy(user)) {
        pool.retire();
      }
    }
  }

  /** A server has no place left: idle connections of other pools have to give way. */
  private boolean makeRoom(Backend server) {
    for (Pool pool : pools.values()) {
      if (pool.key().server().equals(server) && pool.closeEldestIdle()) {
        return true;
      }
    }
    return false;
  }

  private void maintain() {
    replaced.removeIf(
        pool -> {
          boolean unused = pool.isUnused();
          if (unused) {
            forget(pool);
          }
          return unused;
        });
    long now = System.nanoTime();
    for (Pool pool : pools.values()) {
      if (!ended(pool, now)) { // else it would open connections for nobody
        pool.maintain();
      }
    }
  }

  /** Whether nobody needs a pool any more; then it is gone, and no session has entered it. */
  private boolean ended(Pool pool, long now) {
    Pool left =
        pools.computeIfPresent(
            pool.key(),
            (key, current) -> {
              if (current != pool) {
                return current; // it is among those that were replaced
              }
              boolean unused = pool.isUnused();
              if (unused || pool.isForsaken(now)) {
                pool.retire(); // here, where no session can enter it meanwhile
              }
              return unused ? null : current;
            });
    if (left == null) {
      forget(pool);
    }
    return left == null;
  }

  private void forget(Pool pool) {
    quotas.leave(pool);
    pool.forget();
  }

  /** Closes all idle connections; those in use when they are given back. */
  public void close() {
    pools.values().forEach(Pool::retire);
  }
}
