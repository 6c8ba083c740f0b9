package dev.postern.proxy.pool;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Notifications on their way to the event loops of those that listen. These may be busy while a
 * server sends on and on, so no more is read from it while too many are under way.
 */
final class HandedNotifications {
  private static final int MAX = 10_000;

  private final AtomicInteger untaken = new AtomicInteger();
  private final Runnable room;
  private volatile boolean full;

  /**
   * @param room told when there is room again; on any event loop
   */
  HandedNotifications(Runnable room) {
    this.room = room;
  }

  /** Hands a batch to a listener, on the event loop of the connection that listens. */
  void hand(Listener listener, List<Notification> batch) {
    untaken.addAndGet(batch.size());
    listener
        .eventLoop()
        .execute(
            () -> {
              try {
                listener.notified(batch);
              } finally {
                taken(batch.size());
              }
            });
  }

  private void taken(int number) {
    if (untaken.addAndGet(-number) <= MAX / 2 && full) {
      room.run();
    }
  }

  /** Whether there is no room now; if so, it is told when there is. Same event loop. */
  boolean isFull() {
    full = untaken.get() > MAX;
    // What was taken before it was said to be full has told nobody.
    if (full && untaken.get() <= MAX / 2) {
      full = false;
    }
    return full;
  }
}
