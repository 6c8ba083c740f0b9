package dev.postern.proxy.pool;

import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one event loop that nobody uses. Used there only, but for what says otherwise.
 */
final class IdleBackends {
  private final Pool pool;

  /** The one used last at the end. */
  private final ArrayDeque<PooledBackend> backends = new ArrayDeque<>();

  /** Read by other loops. */
  private volatile int count;

  IdleBackends(Pool pool) {
    this.pool = pool;
  }

  /** Any thread. */
  int count() {
    return count;
  }

  void add(PooledBackend backend, long now) {
    backend.idle(now);
    backends.addLast(backend);
    count = backends.size();
  }

  /** The one used last that can be used at once; one that has idled for long is looked at first. */
  @Nullable PooledBackend poll() {
    PooledBackend backend;
    while ((backend = backends.pollLast()) != null) {
      count = backends.size();
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

  private static void check(PooledBackend backend) {
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

  /** One is closed, idle or not. */
  void remove(PooledBackend backend) {
    if (backends.remove(backend)) {
      count = backends.size();
    }
  }

  /** Closes those that are too old or not needed. */
  void closeUnneeded(long now) {
    long idleTimeout = pool.pooling().idleTimeout().toNanos();
    for (PooledBackend backend : List.copyOf(backends)) {
      boolean expired = now - backend.expiresAt() > 0;
      if (expired || pool.isRetired()) {
        close(backend);
      } else if (backend.hasIdledFor(idleTimeout, now)
          && pool.places().spare(pool.pooling().minimum())) {
        backend.spare();
        close(backend);
      }
    }
  }

  void closeAll() {
    List.copyOf(backends).forEach(this::close);
  }

  void closeEldest() {
    PooledBackend eldest = backends.peekFirst();
    if (eldest != null) {
      close(eldest);
    }
  }

  private void close(PooledBackend backend) {
    remove(backend);
    backend.discard(false);
  }
}
