package dev.postern.plugins.limits;

import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Counts what a statement gives, and charges it now and then while it comes. Guarded by its
 * session.
 */
final class Results {
  private static final long ROWS_AT_ONCE = 256;
  private static final long BYTES_AT_ONCE = 1 << 16;

  private long rows;
  private long bytes;
  private long chargedRows;

  /** A row, or a piece of COPY data, which is one. */
  void row(long size, Pipeline pipeline, long now) {
    rows++;
    bytes += size;
    if (rows - chargedRows >= ROWS_AT_ONCE || bytes >= BYTES_AT_ONCE) {
      charge(rows, pipeline.current(), now);
    }
  }

  /**
   * The statement has ended.
   *
   * @param told how many rows the server says there were
   */
  void ended(OptionalLong told, Pipeline pipeline, long now) {
    if (rows > 0 || bytes > 0 || told.isPresent()) {
      charge(told.orElse(rows), pipeline.current(), now);
    }
    rows = 0;
    bytes = 0;
    chargedRows = 0;
  }

  private void charge(long all, @Nullable Pending pending, long now) {
    long more = Math.max(0, all - chargedRows);
    if (pending != null && pending.admission() != null) {
      for (Share share : pending.admission().shares) {
        share.bucket.chargeResults(more, bytes, now);
      }
    }
    chargedRows += more;
    bytes = 0;
  }
}
