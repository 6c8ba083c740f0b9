package dev.postern.proxy.relay;

import dev.postern.proxy.pool.Statement;
import org.jspecify.annotations.Nullable;

/**
 * Answers that a session awaits before what its client sends next can go on, because they decide
 * what that means.
 */
final class AwaitedAnswers {
  private final Outstanding outstanding;

  /** Whose description is awaited, to see whether it is what the client was told. */
  private @Nullable Statement described;

  /** Whether all answers are awaited, to see what a name means. */
  private boolean all;

  private boolean resumable;

  AwaitedAnswers(Outstanding outstanding) {
    this.outstanding = outstanding;
  }

  /** Keeps back what begins at {@code at} until all is answered. */
  void awaitAll(int at, Requests requests) {
    requests.pass(at);
    all = true;
    hold(at, requests);
  }

  /** Keeps back what begins at {@code at} until the server has described a statement. */
  void awaitDescription(Statement statement, int at, Requests requests) {
    described = statement;
    hold(at, requests);
  }

  /** Lets the server answer all that it was sent. */
  private void hold(int at, Requests requests) {
    requests.out().writeByte('H').writeInt(4);
    outstanding.begun();
    requests.hold(at);
  }

  /** A server has described a statement. */
  void described(Statement statement) {
    resumable |= statement.equals(described);
  }

  /** The server skips what it is sent, up to the next Sync. */
  void skips() {
    resumable |= described != null || all;
  }

  /**
   * Whether what was kept back can go on; says so once. A server that has asked for rows gives no
   * more answers before their end.
   */
  boolean isResumable() {
    if (!resumable && !(all && (outstanding.queue.isEmpty() || outstanding.isAskedForRows()))) {
      return false;
    }
    described = null;
    all = false;
    resumable = false;
    return true;
  }
}
