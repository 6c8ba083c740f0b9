package dev.postern.plugins.querylog;

import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Where one event loop writes lines: a page lies there, except while the loop writes to it. Any
 * other thread may take it away and so gets all lines of which the writing has ended.
 */
final class Desk {
  private final Thread loop;
  private final AtomicReference<@Nullable Page> page = new AtomicReference<>(new Page());

  Desk(Thread loop) {
    this.loop = loop;
  }

  boolean isOf(Thread thread) {
    return loop.equals(thread);
  }

  /**
   * Writes a line; called by the loop only.
   *
   * @param facts members that were written before
   * @return the page, if it is full, else {@code null}
   */
  @Nullable Page write(Instant endedAt, byte[] facts, EndedStatement statement) {
    Page mine = page.getAndSet(null);
    if (mine == null) {
      throw new IllegalStateException("a desk is for one thread");
    }
    try {
      mine.write(endedAt, facts, statement);
    } finally {
      page.set(mine.isFull() ? new Page() : mine);
    }
    return mine.isFull() ? mine : null;
  }

  /** The page, if there are lines on it and the loop does not write to it at the moment. */
  @Nullable Page take() {
    Page lying = page.get();
    return lying != null && lying.lines() > 0 && page.compareAndSet(lying, new Page())
        ? lying
        : null;
  }
}
