package dev.postern.proxy.pool;

import dev.postern.api.FailureKind;
import dev.postern.api.SessionException;
import dev.postern.api.SqlState;
import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The part of a pool that lives on one event loop: its idle connections and the sessions there that
 * wait for one. Every method is called on that loop, but for what says otherwise. Who waits is
 * served first come, first served; connections come back to the loop that opened them, and go to
 * another loop only while nobody waits here, or somebody there has waited long.
 */
public final class Share {
  private static final Logger log = LoggerFactory.getLogger(Share.class);

  /** How often waiting sessions are looked at, in milliseconds. */
  private static final int TICK_MILLIS = 50;

  /** A session of another loop that has waited longer than this is served before those here. */
  private static final long LONG_WAIT_NANOS = 5_000_000;

  private record Waiting(Waiter waiter, long since) {}

  private final Pool pool;
  private final EventLoop loop;

  /** The one used last at the end. */
  private final ArrayDeque<PooledBackend> idle = new ArrayDeque<>();

  private final ArrayDeque<Waiting> waiters = new ArrayDeque<>();
  private int opening;
  private boolean ticking;

  /** Why no further connection could be opened; {@code null} once one could. */
  private @Nullable String lastFailure;

  // Read by other loops.
  private volatile int idleCount;
  private volatile int waitingCount;
  private volatile long waitingSince;

  Share(Pool pool, EventLoop loop) {
    this.pool = pool;
    this.loop = loop;
  }

  public Pool pool() {
    return pool;
  }

  EventLoop loop() {
    return loop;
  }

  int idleCount() {
    return idleCount;
  }

  int waitingCount() {
    return waitingCount;
  }

  /** A connection that can be used at once, or {@code null}. */
  public @Nullable PooledBackend poll() {
    if (!waiters.isEmpty()) {
      return null; // not before those who came first
    }
    return pollIdle();
  }

  private @Nullable PooledBackend pollIdle() {
    PooledBackend backend;
    while ((backend = idle.pollLast()) != null) {
      idleCount = idle.size();
      if (!backend.isOpen()) {
        continue;
      }
      long checkAfter = pool.pooling().checkAfter().toNanos();
      if (checkAfter > 0 && System.nanoTime() - backend.idleSince() > checkAfter) {
        check(backend);
        continue;
      }
      return backend;
    }
    return null;
  }

  private void check(PooledBackend backend) {
    Errand.run(
        backend,
        List.of(""),
        error -> {
          if (error == null) {
            backend.giveBack();
          } else {
            backend.discard(false);
          }
        });
  }

  /** Grants a connection now or later. */
  public void acquire(Waiter waiter) {
    PooledBackend backend = poll();
    if (backend != null) {
      waiter.granted(backend);
      return;
    }
    waiters.add(new Waiting(waiter, System.nanoTime()));
    waitersChanged();
    openForWaiters(0);
    if (opening < waiters.size()) {
      borrow();
    }
    tickSoon();
  }

  /** Gives up waiting; false if the waiter does not wait any more. */
  public boolean forget(Waiter waiter) {
    for (Iterator<Waiting> all = waiters.iterator(); all.hasNext(); ) {
      if (all.next().waiter().equals(waiter)) {
        all.remove();
        waitersChanged();
        return true;
      }
    }
    return false;
  }

  private void waitersChanged() {
    Waiting first = waiters.peek();
    waitingSince = first == null ? 0 : first.since();
    waitingCount = waiters.size();
  }

  private void openForWaiters(int extra) {
    while (opening < waiters.size()
        && !pool.backoff().isOn(System.nanoTime())
        && pool.reserve(extra)) {
      opening++;
      pool.opener().open(this);
    }
  }

  /** Asks the loops that have idle connections for one. */
  private void borrow() {
    for (int i = 0; i < pool.shareCount(); i++) {
      Share other = pool.shareAt(i);
      if (other != null && other != this && other.idleCount > 0) {
        other.loop.execute(() -> other.lendTo(this));
        return;
      }
    }
  }

  private void lendTo(Share borrower) {
    PooledBackend backend = poll();
    if (backend != null) {
      lend(backend, borrower);
    }
  }

  private static void lend(PooledBackend backend, Share borrower) {
    borrower.loop.execute(() -> borrower.offered(backend));
  }

  private void offered(PooledBackend backend) {
    Waiting first = waiters.poll();
    waitersChanged();
    if (first == null) {
      backend.giveBack();
    } else {
      first.waiter().granted(backend);
    }
  }

  /** A connection of this loop is free again. */
  void giveBack(PooledBackend backend) {
    if (!backend.isOpen() || Closing.isClosing(backend.channel())) {
      return;
    }
    long now = System.nanoTime();
    Share elsewhere = pool.shareCount() == 1 ? null : longestWaitingElsewhere(now);
    if (elsewhere != null) {
      lend(backend, elsewhere);
      return;
    }
    Waiting first = waiters.poll();
    if (first != null) {
      waitersChanged();
      first.waiter().granted(backend);
      return;
    }
    if (pool.isRetired() || now - backend.expiresAt() > 0 || isSurplus()) {
      backend.discard(false);
      return;
    }
    backend.idle(now);
    idle.addLast(backend);
    idleCount = idle.size();
  }

  private boolean isSurplus() {
    int size = pool.pooling().size();
    return size > 0 && pool.open() > size;
  }

  /** Another loop's share, if a session waits there and nobody here, or longer than is fair. */
  private @Nullable Share longestWaitingElsewhere(long now) {
    Share found = null;
    long longest = waiters.isEmpty() ? Long.MIN_VALUE : LONG_WAIT_NANOS;
    for (int i = 0; i < pool.shareCount(); i++) {
      Share other = pool.shareAt(i);
      if (other != null && other != this && other.waitingCount > 0) {
        long waited = now - other.waitingSince;
        if (waited > longest) {
          longest = waited;
          found = other;
        }
      }
    }
    return found;
  }

  void opened(PooledBackend backend) {
    opening--;
    pool.backoff().succeeded();
    lastFailure = null;
    giveBack(backend);
  }

  void openingFailed(Exception cause) {
    opening--;
    pool.release();
    boolean first = pool.backoff().failed(System.nanoTime());
    boolean full =
        cause instanceof SessionException refusal
            && refusal.sqlState().equals(SqlState.TOO_MANY_CONNECTIONS);
    boolean hopeless = pool.open() == 0 && !(full && pool.makeRoom());
    // Whoever is refused logs the cause; where all go on waiting, one line is enough.
    if (first && !(hopeless && !waiters.isEmpty())) {
      log.atWarn()
          .addKeyValue("pool", pool.key())
          .log("could not open a connection: {}", cause.getMessage());
    }
    lastFailure = cause.getMessage();
    if (hopeless) {
      refuseAll(cause);
    }
  }

  /** Makes room on the server for a pool that has none. */
  void closeEldestIdle() {
    PooledBackend eldest = idle.peekFirst();
    if (eldest != null) {
      close(eldest);
    }
  }

  private void refuseAll(Exception cause) {
    List<Waiting> all = new ArrayList<>(waiters);
    waiters.clear();
    waitersChanged();
    all.forEach(waiting -> waiting.waiter().refused(cause));
  }

  void closed(PooledBackend backend) {
    if (idle.remove(backend)) {
      idleCount = idle.size();
    }
    pool.release();
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
    long timeout = pool.pooling().waitTimeout().toNanos();
    Waiting first;
    while ((first = waiters.peek()) != null && timeout > 0 && now - first.since() >= timeout) {
      waiters.poll();
      waitersChanged();
      first.waiter().refused(full(now - first.since()));
    }
    if (first != null) {
      boolean longWait = now - first.since() >= pool.pooling().reserveAfter().toNanos();
      openForWaiters(longWait ? pool.pooling().reserve() : 0);
      borrow();
    }
    tickSoon();
  }

  private SessionException full(long waited) {
    int size = pool.pooling().size();
    String message =
        "no server connection of pool \"%s\" became free within %d ms (%d%s in use, %d waiting)"
            .formatted(
                pool.key(),
                TimeUnit.NANOSECONDS.toMillis(waited),
                pool.open() - pool.idle(),
                size > 0 ? " of " + size : "",
                pool.waiting());
    String why = lastFailure == null ? "" : "; a further one could not be opened: " + lastFailure;
    return new SessionException(
        SqlState.TOO_MANY_CONNECTIONS, FailureKind.OVERLOAD, message, message + why, null);
  }

  void maintain() {
    long now = System.nanoTime();
    long idleTimeout = pool.pooling().idleTimeout().toNanos();
    for (PooledBackend backend : List.copyOf(idle)) {
      boolean expired = now - backend.expiresAt() > 0;
      boolean unused =
          idleTimeout > 0
              && now - backend.idleSince() > idleTimeout
              && pool.open() > pool.pooling().minimum();
      if (expired || unused || pool.isRetired()) {
        close(backend);
      }
    }
    if (!pool.isRetired()
        && pool.open() < pool.pooling().minimum()
        && !pool.backoff().isOn(now)
        && pool.reserve(0)) {
      opening++;
      pool.opener().open(this);
    }
  }

  void closeIdle() {
    List.copyOf(idle).forEach(this::close);
  }

  private void close(PooledBackend backend) {
    idle.remove(backend);
    idleCount = idle.size();
    backend.discard(false);
  }
}
