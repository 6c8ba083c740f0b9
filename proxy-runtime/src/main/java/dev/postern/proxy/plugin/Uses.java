package dev.postern.proxy.plugin;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts who uses something, its owner included; when the last one gives it back, it ends. Safe for
 * use by many threads.
 */
final class Uses {
  private final AtomicInteger users = new AtomicInteger(1);
  private final Runnable end;

  /**
   * With its owner as the first user.
   *
   * @param end called once, on the thread of the last one
   */
  Uses(Runnable end) {
    this.end = end;
  }

  /** Whether there is one user more; not so if it has ended. */
  boolean take() {
    return users.getAndUpdate(count -> count == 0 ? 0 : count + 1) > 0;
  }

  void giveBack() {
    if (users.decrementAndGet() == 0) {
      end.run();
    }
  }

  /** As of now; 0 after the end. */
  int users() {
    return users.get();
  }
}
