package dev.postern.plugins.limits;

import java.util.OptionalLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Counts what a statement gives, and charges it now and then while it comes. Guarded by its
 * session.
 */
final class Results {
  private static final long ROWS_AT_ONCE = 256;
  private static final long BYTES_AT_ONCE = 1 << 16;

  private final Supplier<@Nullable Admission> current;
  private long rows;
  private long bytes;
  private long chargedRows;

  /**
   * @param current whose answers come now
   */
  Results(Supplier<@Nullable Admission> current) {
    this.current = current;
  }

  /** A row, or a piece of COPY data, which is one. */
  void row(long size, long now) {
    rows++;
    bytes += size;
    if (rows - chargedRows >= ROWS_AT_ONCE || bytes >= BYTES_AT_ONCE) {
      charge(rows, now);
    }
  }

  /**
   * The statement has ended.
   *
   * @param told how many rows the server says there were
   */
  void ended(OptionalLong told, long now) {
    if (rows > 0 || bytes > 0 || told.isPresent()) {
      charge(told.orElse(rows), now);
    }
    rows = 0;
    bytes = 0;
    chargedRows = 0;
  }

  private void charge(long all, long now) {
    Admission asked = current.get();
    long more = Math.max(0, all - chargedRows);
    if (asked != null) {
      for (Share share : asked.shares) {
        share.bucket.chargeResults(more, bytes, now);
      }
    }
    chargedRows += more;
    bytes = 0;
  }
}
