package dev.postern.proxy.relay;

import org.jspecify.annotations.Nullable;

/**
 * What the server of a pooled session owes an answer for, by what the client has sent (PostgreSQL
 * documentation, "Message Flow").
 *
 * <p>While it reads the rows of a COPY, a server ignores Sync. If it refuses the COPY, nobody can
 * tell which of the Syncs before that it had come to: those behind, it answers. So one more
 * ReadyForQuery may come for each of them, before anything is answered that was sent behind them.
 */
final class Outstanding {
  /** More than anybody sends within one COPY. */
  private static final int MAX_IGNORED = 1 << 20;

  final RequestQueue queue = new RequestQueue();
  private final Progress progress;

  /** Whether the client has begun something that only its Sync will end. */
  private boolean unsynced;

  /** Syncs among the rows of the COPY under way. */
  private int ignored;

  /** How many ReadyForQuery may come for Syncs that were taken for ignored. */
  private int doubtful;

  /** Whether the first request is a Query that has failed: ReadyForQuery is next. */
  private boolean queryFailed;

  /** Whether the server skips what it is sent, up to the next Sync. */
  private boolean skipping;

  Outstanding(Progress progress) {
    this.progress = progress;
  }

  /** A message of the client's has gone on. */
  void requested(byte type, @Nullable Object statement) {
    if (skipping && type != 'S') {
      return; // nobody answers it
    }
    skipping = false;
    switch (type) {
      case 'Q', 'F' -> {
        unsynced = false;
        queue.add(RequestQueue.QUERY, statement);
      }
      case 'S' -> {
        if (isAskedForRows()) {
          ignored = Math.min(ignored + 1, MAX_IGNORED);
          return;
        }
        unsynced = false;
        queue.add(RequestQueue.SYNC, statement);
      }
      case 'P', 'B', 'D', 'E', 'C' -> {
        unsynced = true;
        queue.add(type, statement);
      }
      case 'c', 'f' -> {
        progress.copyInEnded();
        if (!queue.isEmpty()) { // else its COPY has failed, and the server ignores it
          queue.add(RequestQueue.COPY_END, statement);
        }
      }
      default -> {
        return;
      }
    }
    progress.outstanding(queue.cycles());
  }

  /** Whether servers ignore it where there is nothing to flush, and no COPY. */
  static boolean asksNothing(byte type) {
    return type == 'H' || type == 'd' || type == 'c' || type == 'f';
  }

  /**
   * Whether nobody can tell if the server skips such a message, because a Sync before it may have
   * been among the rows of a COPY, or behind them.
   */
  boolean isUncertain(byte type) {
    return skipping && doubtful > 0 && type != 'S' && !asksNothing(type);
  }

  /** The client has begun something that only its Sync will end. */
  void begun() {
    unsynced = true;
  }

  /** An error has come, and no Sync is behind what it is about: the server waits for one. */
  void skips() {
    skipping = true;
    unsynced = true; // though a Query was sent behind it, which is skipped as well
  }

  boolean isSkipping() {
    return skipping;
  }

  /** The server has begun to read the rows of a COPY. */
  void copyInBegan() {
    ignored = queue.removeSyncsBehindFirst();
  }

  /** The server has read the rows of a COPY to their end. */
  void copyInEnded() {
    ignored = 0;
  }

  /** An error has come: of the COPY under way, or of something behind the Syncs in doubt. */
  void failed() {
    doubtful = ignored;
    ignored = 0;
    queryFailed = (byte) queue.first() == RequestQueue.QUERY;
  }

  /** Something else than an error has come that answers a request. */
  void answered() {
    doubtful = 0;
  }

  /** A ReadyForQuery has come; whether it is for one of the Syncs in doubt. */
  boolean isReadyInDoubt() {
    byte first = (byte) queue.first();
    boolean awaited = queryFailed || first == RequestQueue.SYNC;
    queryFailed = false;
    if (doubtful == 0 || awaited) {
      return false;
    }
    doubtful--;
    skipping = false;
    unsynced &= !queue.isEmpty();
    return true;
  }

  /** Whether a ReadyForQuery may come that is not counted on. */
  boolean isDoubtful() {
    return doubtful > 0;
  }

  /** Whether the server has asked for the rows of a COPY, whose end the client has yet to send. */
  boolean isAskedForRows() {
    return progress.isCopyingIn() && !queue.contains(RequestQueue.COPY_END);
  }

  /** Whether all is answered, and nothing begun that is not ended. */
  boolean isSettled() {
    return queue.isEmpty() && !unsynced;
  }
}
