package dev.postern.plugins.querylog;

import java.io.IOException;

/** Where lines go. Used by the writer's thread only. */
interface LineSink<T extends Queued> extends AutoCloseable {
  /**
   * Writes them all, or nothing of them.
   *
   * @throws IOException if nothing of it is written; it will be tried again
   */
  void write(T lines) throws IOException;

  /**
   * Marks the place where lines are missing, because they came faster than they could be written.
   */
  void dropped(long lines) throws IOException;

  /** Hands to the system what was written until now. */
  void flush() throws IOException;

  @Override
  void close() throws IOException;
}
