package dev.postern.proxy.pool;

import dev.postern.api.FailureKind;
import dev.postern.api.SessionException;
import dev.postern.api.SqlState;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The sessions of one event loop that wait for a connection, first come, first served. Used there
 * only, but for what says otherwise.
 */
final class Waiters {
  private record Waiting(Waiter waiter, long since) {}

  private final Pool pool;
  private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();

  // Read by other loops.
  private volatile int count;
  private volatile long since;

  Waiters(Pool pool) {
    this.pool = pool;
  }

  /** Any thread. */
  int count() {
    return count;
  }

  /** Since when the first has waited, in the time of System.nanoTime. Any thread. */
  long since() {
    return since;
  }

  /**
   * Since when the one at this place in the queue has waited, or now if there are not so many.
   *
   * @param place 0: the first
   */
  long since(int place) {
    Iterator<Waiting> all = waiting.iterator();
    for (int i = 0; i < place && all.hasNext(); i++) {
      all.next();
    }
    return all.hasNext() ? all.next().since() : System.nanoTime();
  }

  boolean isEmpty() {
    return waiting.isEmpty();
  }

  void add(Waiter waiter) {
    waiting.add(new Waiting(waiter, System.nanoTime()));
    changed();
  }

  /** The first, who does not wait any more; {@code null}: nobody does. */
  @Nullable Waiter poll() {
    Waiting first = waiting.poll();
    changed();
    return first == null ? null : first.waiter();
  }

  /** Whether the waiter was there; it is not any more. */
  boolean remove(Waiter waiter) {
    for (Iterator<Waiting> all = waiting.iterator(); all.hasNext(); ) {
      if (all.next().waiter().equals(waiter)) {
        all.remove();
        changed();
        return true;
      }
    }
    return false;
  }

  private void changed() {
    Waiting first = waiting.peek();
    since = first == null ? 0 : first.since();
    count = waiting.size();
  }

  void refuseAll(Exception cause) {
    List<Waiting> all = new ArrayList<>(waiting);
    waiting.clear();
    changed();
    all.forEach(one -> one.waiter().refused(cause));
  }

  /**
   * Refuses those who have waited for longer than the pool lets them.
   *
   * @param limit what stands in the way of a further connection; {@code null} if nothing does
   * @param failure why no further connection could be opened, for the operator; {@code null} if
   *     none had to be
   */
  void refuseLate(long now, Places.@Nullable Limit limit, @Nullable String failure) {
    long timeout = pool.pooling().waitTimeout().toNanos();
    Waiting first;
    while ((first = waiting.peek()) != null && timeout > 0 && now - first.since() >= timeout) {
      SessionException late = late(now - first.since(), limit, failure); // who counts as waiting
      waiting.poll();
      changed();
      first.waiter().refused(late);
    }
  }

  private SessionException late(
      long waited, Places.@Nullable Limit limit, @Nullable String failure) {
    long millis = TimeUnit.NANOSECONDS.toMillis(waited);
    int waiting = pool.waiting();
    String inUse = pool.open() - pool.idle() + " in use";
    String toClient =
        "no server connection of pool \"%s\" became free within %d ms (%s, %d waiting)"
            .formatted(
                pool.key().shownToClients(),
                millis,
                limit == null ? inUse : limit.reached(pool),
                waiting);
    String toOperator =
        "no server connection of pool \"%s\" became free within %d ms (%s, %d waiting)"
            .formatted(pool.key(), millis, limit == null ? inUse : limit.inUse(pool), waiting);
    String why = failure == null ? "" : "; a further one could not be opened: " + failure;
    return new SessionException(
        SqlState.TOO_MANY_CONNECTIONS, FailureKind.OVERLOAD, toClient, toOperator + why, null);
  }
}
