package dev.postern.proxy.plugin;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What several instances share, such as two of which one replaces the other. Safe for use by many
 * threads; of one name, one thing at a time is opened or closed, and other names do not wait for
 * it.
 */
public final class SharedResources {
  /** Guarded by the lock. */
  private static final class Held {
    /** {@code null} while it is opened. */
    @Nullable AutoCloseable resource;

    int users;

    /** Somebody opens or closes it. */
    boolean changing = true;
  }

  private final Duration patience;
  private final Map<String, Held> held = new HashMap<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  /** With as much patience as the close of an instance is given. */
  public SharedResources() {
    this(Duration.ofSeconds(10));
  }

  /**
   * @param patience how long one who wants something waits for others that open or close it
   */
  public SharedResources(Duration patience) {
    this.patience = patience;
  }

  /**
   * One user more, for which it is opened if it is the first.
   *
   * @throws IllegalStateException if somebody else does not come to an end with it, or it is of
   *     another type
   * @throws Exception what {@code opening} throws
   */
  public <R extends AutoCloseable> R take(String name, Class<R> type, Callable<? extends R> opening)
      throws Exception {
    Held mine;
    lock.lockInterruptibly();
    try {
      Held there = settled(name);
      if (there != null) {
        return use(name, type, there);
      }
      mine = new Held();
      held.put(name, mine);
    } finally {
      lock.unlock();
    }
    R opened = null;
    try {
      opened = Objects.requireNonNull(opening.call(), name);
      return opened;
    } finally {
      settle(name, mine, opened);
    }
  }

  /** What nobody opens or closes any more; {@code null}: nothing is there. */
  private @Nullable Held settled(String name) throws InterruptedException {
    long left = patience.toNanos();
    Held there = held.get(name);
    while (there != null && there.changing) {
      if (left <= 0) {
        throw new IllegalStateException(
            "what is shared as %s is still being %s after %d ms"
                .formatted(
                    name, there.resource == null ? "opened" : "closed", patience.toMillis()));
      }
      left = changed.awaitNanos(left);
      there = held.get(name);
    }
    return there;
  }

  private static <R extends AutoCloseable> R use(String name, Class<R> type, Held there) {
    if (!type.isInstance(there.resource)) {
      throw new IllegalStateException(
          "what is shared as %s is a %s (expected: %s)"
              .formatted(
                  name,
                  there.resource == null ? null : there.resource.getClass().getName(),
                  type.getName()));
    }
    there.users++;
    return type.cast(there.resource);
  }

  /** It is there with one user, or is not. */
  private void settle(String name, Held mine, @Nullable AutoCloseable resource) {
    lock.lock();
    try {
      mine.changing = false;
      mine.resource = resource;
      mine.users = 1;
      if (resource == null) {
        held.remove(name);
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** One user less; the last one closes it. */
  public void giveBack(String name) throws Exception {
    Held last = lastUse(name);
    if (last == null) {
      return;
    }
    try (AutoCloseable _ = last.resource) {
      // That is all.
    } finally {
      settle(name, last, null);
    }
  }

  private @Nullable Held lastUse(String name) {
    lock.lock();
    try {
      Held there = held.get(name);
      if (there == null || there.changing || --there.users > 0) {
        return null;
      }
      there.changing = true;
      return there;
    } finally {
      lock.unlock();
    }
  }
}
