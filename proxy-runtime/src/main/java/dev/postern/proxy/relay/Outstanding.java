package dev.postern.proxy.relay;

import org.jspecify.annotations.Nullable;

/**
 * What the server of a pooled session owes an answer for, by what the client has sent (PostgreSQL
 * documentation, "Message Flow").
 */
final class Outstanding {
  final RequestQueue queue = new RequestQueue();
  private final Progress progress;

  /** Whether the client has begun something that only its Sync will end. */
  private boolean unsynced;

  /** Whether rows of a COPY were sent behind the last request. */
  private boolean rows;

  /** Syncs behind rows that the server swallows, unless it refuses a row before them. */
  private int swallowed;

  /** How many ReadyForQuery may come that are not counted on: of a COPY that has failed. */
  private int doubtful;

  /** Whether it was ever uncertain which answer belongs to which request. */
  private boolean doubted;

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
        rows = false;
        queue.add(RequestQueue.QUERY, statement);
      }
      case 'S' -> {
        if (isAskedForRows()) {
          swallowed += rows ? 1 : 0;
          return;
        }
        unsynced = false;
        queue.add(RequestQueue.SYNC | (rows ? RequestQueue.BEHIND_ROWS : 0), statement);
      }
      case 'P', 'B', 'D', 'E', 'C' -> {
        unsynced = true;
        rows = false;
        queue.add(type, statement);
      }
      case 'd' -> rows = true;
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
    swallowed = queue.forgetSyncsBeforeCopyEnd();
  }

  /**
   * The server has read the rows of a COPY, or refuses them.
   *
   * @param refused whether it may have done so before all that was sent in between
   */
  void copyInEnded(boolean refused) {
    if (refused && swallowed > 0) {
      doubtful += swallowed;
      doubted = true;
    }
    swallowed = 0;
  }

  /** A ReadyForQuery has come that is not counted on; false if none can. */
  boolean wasDoubtful() {
    if (doubtful == 0) {
      return false;
    }
    doubtful--;
    return true;
  }

  /** Whether it is not known beyond doubt what the server has answered. */
  boolean isDoubtful() {
    return doubted;
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
