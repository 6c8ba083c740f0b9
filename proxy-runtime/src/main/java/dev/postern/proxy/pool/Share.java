package dev.postern.proxy.pool;

import dev.postern.api.SessionException;
import dev.postern.api.SqlState;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The part of a pool that lives on one event loop: its idle connections and the sessions there that
 * wait for one. Every method is called on that loop, but for what says otherwise. Who waits is
 * served first come, first served; connections come back to the loop that opened them, and go to
 * another loop only while nobody waits here, or somebody there has waited much longer.
 */
public final class Share {
  private static final Logger log = LoggerFactory.getLogger(Share.class);

  /** How often waiting sessions are looked at, in milliseconds. */
  private static final int TICK_MILLIS = 50;

  /** A session of another loop that has waited so much longer is served before those here. */
  private static final long MUCH_LONGER_NANOS = 5_000_000;

  /** So long a session waits at most for a connection that another one does not use any more. */
  private static final long ON_ITS_WAY_NANOS = 50_000_000;

  private final Pool pool;
  private final EventLoop loop;

  private final IdleBackends idle;
  private final Waiters waiters;

  /** How many connections are being opened. Read by other threads. */
  private final AtomicInteger opening = new AtomicInteger();

  private boolean ticking;

  /** What stood in the way when a connection was last to be opened; {@code null} if nothing did. */
  private Places.@Nullable Limit full;

  /** Where it waits for a place. */
  private @Nullable Quota blockedBy;

  /** Why no further connection could be opened; {@code null} once one could. */
  private @Nullable String lastFailure;

  Share(Pool pool, EventLoop loop) {
    this.pool = pool;
    this.loop = loop;
    idle = new IdleBackends(pool);
    waiters = new Waiters(pool);
  }

  public Pool pool() {
    return pool;
  }

  EventLoop loop() {
    return loop;
  }

  int idleCount() {
    return idle.count();
  }

  int waitingCount() {
    return waiters.count();
  }

  int openingCount() {
    return opening.get();
  }

  /** In nanoseconds; 0 if nobody waits. Any thread, as are the counts. */
  long longestWait(long now) {
    return waiters.count() == 0 ? 0 : Math.max(1, now - waiters.since());
  }

  /** A connection that can be used at once, or {@code null}. */
  public @Nullable PooledBackend poll() {
    if (!waiters.isEmpty()) {
      return null; // not before those who came first
    }
    return idle.poll();
  }

  /** Grants a connection now or later. */
  public void acquire(Waiter waiter) {
    PooledBackend backend = poll();
    if (backend != null) {
      waiter.granted(backend);
      return;
    }
    waiters.add(waiter);
    openForWaiters(0);
    if (opening.get() < waiters.count()) {
      borrow();
    }
    tickSoon();
  }

  /** Gives up waiting; false if the waiter does not wait any more. */
  public boolean forget(Waiter waiter) {
    return waiters.remove(waiter);
  }

  private void openForWaiters(int extra) {
    unblock();
    while (opening.get() < waiters.count()
        && isNeeded()
        && !pool.backoff().isOn(System.nanoTime(), pool::opening)) {
      long since = waiters.since(opening.get());
      full = pool.places().take(extra, this, since);
      if (full != null) {
        if (full instanceof Places.Shared(Quota quota, _, int most)) {
          blockedBy = quota;
          quota.block(this, since, most);
        }
        return;
      }
      open();
    }
  }

  /**
   * Whether whoever waits needs one more connection. Where there is one for each session, one is
   * idle elsewhere or on its way back; unless none comes: it may be held up where nobody has it.
   */
  private boolean isNeeded() {
    return pool.open() < pool.sessions() || longestWait(System.nanoTime()) >= ON_ITS_WAY_NANOS;
  }

  /** Opens a connection, for which there is a place. */
  private void open() {
    opening.incrementAndGet();
    pool.opener().open(this);
  }

  private void unblock() {
    if (blockedBy != null) {
      blockedBy.unblock(this);
      blockedBy = null;
    }
  }

  /** A connection of another pool has gone that stood in the way. */
  void placeFree() {
    openForWaiters(0);
  }

  /** Asks the loops that have idle connections for one, in their order. */
  private void borrow() {
    Share first = pool.shares().withIdle(null, this);
    if (first != null) {
      first.loop.execute(() -> first.lendTo(this));
    }
  }

  private void lendTo(Share borrower) {
    PooledBackend backend = poll();
    if (backend != null) {
      lend(backend, borrower);
      return;
    }
    Share next = pool.shares().withIdle(this, borrower); // who asked at the same time has got it
    if (next != null) {
      next.loop.execute(() -> next.lendTo(borrower));
    }
  }

  private static void lend(PooledBackend backend, Share borrower) {
    borrower.loop.execute(() -> borrower.offered(backend));
  }

  private void offered(PooledBackend backend) {
    Waiter first = waiters.poll();
    if (first == null) {
      backend.giveBack();
    } else {
      first.granted(backend);
    }
  }

  /** A connection of this loop is free again. */
  void giveBack(PooledBackend backend) {
    if (!backend.isOpen() || Closing.isClosing(backend.channel())) {
      return;
    }
    long now = System.nanoTime();
    boolean expired = now - backend.expiresAt() > 0;
    if (expired && !pool.backoff().isFailing()) {
      backend.discard(false); // who waits gets another one, which nothing keeps from being opened
      return;
    }
    boolean wanted = !waiters.isEmpty();
    long bearable = wanted ? longestWait(now) + MUCH_LONGER_NANOS : 0;
    Share elsewhere = pool.shares().longestWaiting(this, bearable, now);
    if (elsewhere != null) {
      lend(backend, elsewhere);
      return;
    }
    if (pool.places().owes(pool, wanted, waiters.since())) {
      backend.discard(false);
      return;
    }
    Waiter first = wanted ? waiters.poll() : null;
    if (first != null) {
      first.granted(backend);
      return;
    }
    if (expired || pool.isRetired()) {
      backend.discard(false);
      return;
    }
    int size = pool.pooling().size();
    if (size > 0 && pool.places().spare(size)) {
      backend.spare();
      backend.discard(false);
      return;
    }
    idle.add(backend, now);
    Share late = pool.shares().longestWaiting(this, 0, now); // whoever came meanwhile saw none idle
    if (late != null) {
      lendTo(late);
    }
  }

  void opened(PooledBackend backend) {
    opening.decrementAndGet();
    boolean again = pool.backoff().succeeded();
    lastFailure = null;
    giveBack(backend);
    if (again) {
      pool.shares().all().forEach(share -> share.loop.execute(() -> share.openForWaiters(0)));
    }
  }

  /**
   * A connection could not be opened.
   *
   * @param ofTheServer see {@link Opener.Receiver#failed}
   */
  void openingFailed(Exception cause, boolean ofTheServer) {
    opening.decrementAndGet();
    pool.places().release();
    if (cause instanceof IOException) {
      pool.questions().forget(); // the next login finds out whether the server lives
    }
    boolean first = pool.backoff().failed(System.nanoTime(), ofTheServer);
    boolean full =
        cause instanceof SessionException refusal
            && refusal.sqlState().equals(SqlState.TOO_MANY_CONNECTIONS);
    boolean hopeless = pool.open() == 0 && !(full && pool.makeRoom());
    // Whoever is refused logs the cause, and of servers it is logged for all pools.
    if (first && !ofTheServer && !(hopeless && !waiters.isEmpty())) {
      log.atWarn()
          .addKeyValue("pool", pool.key())
          .log("could not open a connection: {}", cause.getMessage());
    }
    lastFailure = cause.getMessage();
    if (hopeless) {
      waiters.refuseAll(cause);
    } else if (ofTheServer) {
      openForWaiters(0);
    }
  }

  /** Makes room on the server for a pool that has none. */
  void closeEldestIdle() {
    idle.closeEldest();
  }

  void closed(PooledBackend backend) {
    idle.remove(backend);
    pool.places().release();
    if (backend.isSpared()) {
      pool.places().sparedIsClosed(); // not before: others would be closed in its place
    }
    openForWaiters(0);
  }

  private void tickSoon() {
    if (!ticking && !waiters.isEmpty()) {
      ticking = true;
      var _ = loop.schedule(this::tick, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  private void tick() {
    ticking = false;
    long now = System.nanoTime();
    waiters.refuseLate(now, full, lastFailure);
    if (!waiters.isEmpty()) {
      boolean longWait = now - waiters.since() >= pool.pooling().reserveAfter().toNanos();
      openForWaiters(longWait ? pool.pooling().reserve() : 0);
      for (int i = Math.min(waiters.count() - opening.get(), pool.idle()); i > 0; i--) {
        borrow();
      }
    } else {
      unblock();
    }
    tickSoon();
  }

  void maintain() {
    idle.closeUnneeded(System.nanoTime());
  }

  /** Opens a connection that nobody waits for, if the pool has not got its minimum meanwhile. */
  void openAhead() {
    long now = System.nanoTime();
    if (!pool.isRetired()
        && pool.open() < pool.pooling().minimum()
        && !pool.backoff().isOn(now, pool::opening)
        && pool.places().take(0, this, now) == null) {
      open();
    }
  }

  void closeIdle() {
    idle.closeAll();
  }
}
