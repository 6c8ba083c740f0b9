package dev.postern.proxy.relay;

import dev.postern.proxy.sql.Channels;
import dev.postern.proxy.sql.ListenScript.Step;
import org.jspecify.annotations.Nullable;

/** What the server's answers make of the channels that a client listens to. */
final class ListenOutcomes {
  /** What the client is told that a server has done. */
  enum Told {
    AS_IT_IS,
    LISTEN,
    NOTHING
  }

  private final Channels channels;

  /** Whether an error has come since the last ReadyForQuery. */
  private boolean failed;

  ListenOutcomes(Channels channels) {
    this.channels = channels;
  }

  /**
   * A CommandComplete has come.
   *
   * @param request what it answers
   */
  Told completed(String tag, @Nullable Object request) {
    switch (tag) {
      case "UNLISTEN", "SAVEPOINT", "RELEASE" -> {
        Step step = ListenRequest.next(request);
        channels.done(step);
        return step instanceof Step.Listen ? Told.LISTEN : Told.AS_IT_IS;
      }
      case "LISTEN" -> {
        if (ListenRequest.isBar(request)) {
          ListenRequest.next(request);
          return Told.NOTHING;
        }
      }
      case "ROLLBACK" -> {
        Step step = ListenRequest.next(request);
        if (step instanceof Step.RollbackTo) {
          channels.done(step);
        } else {
          channels.rolledBack();
        }
      }
      case "COMMIT", "PREPARE TRANSACTION" -> {
        ListenRequest.next(request);
        channels.committed();
      }
      case "DISCARD ALL" -> channels.clear();
      default -> {}
    }
    return Told.AS_IT_IS;
  }

  /** An error has come. */
  void failed() {
    failed = true;
  }

  /** A ReadyForQuery has come. */
  void ready(byte status) {
    boolean undone = failed;
    failed = false;
    if (status == 'E') {
      channels.failed();
    } else if (status == 'I' && undone) {
      channels.rolledBack();
    } else if (status == 'I') {
      channels.committed();
    }
  }
}
