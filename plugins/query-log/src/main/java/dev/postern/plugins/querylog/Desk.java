package dev.postern.plugins.querylog;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Where one event loop writes lines: a page lies there, except while the loop writes to it. Pages
 * go to the writer in the order in which they were begun, whoever hands them over.
 */
final class Desk {
  private final Thread loop;
  private final LineWriter<Page> writer;
  private final WallClock clock;
  private final AtomicReference<@Nullable Page> page = new AtomicReference<>();

  /** One that has come back. */
  private final AtomicReference<@Nullable Page> spare = new AtomicReference<>();

  Desk(Thread loop, LineWriter<Page> writer, WallClock clock) {
    this.loop = loop;
    this.writer = writer;
    this.clock = clock;
    page.set(blank());
  }

  private Page blank() {
    Page blank = spare.getAndSet(null);
    return blank == null ? new Page(spare::set) : blank;
  }

  boolean isOf(Thread thread) {
    return loop.equals(thread);
  }

  /**
   * Writes a line; called by the loop only.
   *
   * @param facts members that were written before
   */
  void write(byte[] facts, EndedStatement statement) {
    Page mine = page.getAndSet(null);
    if (mine == null) {
      throw new IllegalStateException("a desk is for one thread");
    }
    try {
      mine.write(clock.microsAt(statement.endedAt()), facts, statement);
    } finally {
      if (mine.isFull()) {
        turn(mine);
      } else {
        page.set(mine);
        writer.wake();
      }
    }
  }

  private synchronized void turn(Page full) {
    writer.offer(full);
    page.set(blank());
  }

  /**
   * Hands the page over if there are lines on it, and the loop does not write to it just now.
   * Called by the writer's thread only, so that no page comes back meanwhile.
   */
  synchronized void clear() {
    Page lying = page.get();
    if (lying != null && lying.lines() > 0) {
      Page next = blank();
      if (page.compareAndSet(lying, next)) {
        writer.offer(lying);
      } else {
        spare.set(next);
      }
    }
  }
}
