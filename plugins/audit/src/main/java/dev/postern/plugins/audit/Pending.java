package dev.postern.plugins.audit;

import dev.postern.api.intercept.SessionNames.Given;
import org.jspecify.annotations.Nullable;

/**
 * Something that the client sent and the server has not yet answered. Times are nanoTime; {@code
 * number} is 0 where it is not recorded. Used by the session's event loop only.
 */
sealed interface Pending permits Named, Pending.Asking, Pending.Closing {

  /** What is on record as a statement or a function. */
  sealed interface Asking extends Pending {
    long number();

    long sentAt();
  }

  /** A Query; it gets one answer per statement, then ReadyForQuery. */
  final class SimpleQuery implements Asking {
    private final long number;
    private final long sentAt;
    int answers;

    SimpleQuery(long number, long sentAt) {
      this.number = number;
      this.sentAt = sentAt;
    }

    @Override
    public long number() {
      return number;
    }

    @Override
    public long sentAt() {
      return sentAt;
    }
  }

  /**
   * An Execute; it gets one answer, or none if something before it failed. Waits on with the Sync
   * behind it, whose error undoes it.
   */
  final class Execution implements Asking {
    private final long number;
    private final long sentAt;
    final @Nullable Portal portal;
    final int maxRows;
    StatementEntry.@Nullable Outcome outcome;

    Execution(long number, @Nullable Portal portal, int maxRows, long sentAt) {
      this.number = number;
      this.portal = portal;
      this.maxRows = maxRows;
      this.sentAt = sentAt;
    }

    @Override
    public long number() {
      return number;
    }

    @Override
    public long sentAt() {
      return sentAt;
    }
  }

  /** A FunctionCall; it gets one answer, then ReadyForQuery. */
  record Call(long number, long sentAt) implements Asking {}

  /** A Close of a statement or of a portal. */
  record Closing(Given<?> name) implements Pending {}
}
