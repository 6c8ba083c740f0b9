package dev.postern.plugins.audit;

import dev.postern.api.Bytes;
import dev.postern.api.message.CommandComplete;
import dev.postern.api.message.FunctionCallResponse;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Finds for every answer of the server what it answers. Requests wait in the order in which they
 * were sent; an answer belongs to the first of them. After an error in the extended protocol the
 * server skips everything up to Sync; while it takes in COPY data it ignores Sync. Used by the
 * session's event loop only.
 */
final class Answers {
  private final Recorder recorder;
  private final boolean sizes;
  private final Deque<Pending> pending = new ArrayDeque<>();

  /** Whether the server skips everything up to Sync. */
  private boolean skipping;

  private long lastAnswerAt;

  // Of what is being answered.
  private long rows;
  private long bytes;
  private long bytesIn = -1;

  Answers(Recorder recorder, boolean sizes) {
    this.recorder = recorder;
    this.sizes = sizes;
    this.lastAnswerAt = now();
  }

  /** For durations, in nanoseconds. */
  long now() {
    return System.nanoTime();
  }

  void asked(Pending request) {
    pending.add(request);
  }

  void row(int length) {
    rows++;
    bytes += length;
  }

  void copyOut(int length) {
    bytes += length;
  }

  void copyIn(int length) {
    bytesIn = Math.max(bytesIn, 0) + length;
  }

  /** The server has ignored each Sync since the COPY began. */
  void copyInEnded() {
    while (pending.peekLast() instanceof Pending.Boundary) {
      pending.removeLast();
    }
  }

  void commandComplete(CommandComplete complete) {
    Sizes counted = counted(complete.rows().orElse(-1));
    String tag = complete.tag();
    if (pending.peek() instanceof Pending.SimpleQuery query) {
      recorder.result(
          query.number,
          ++query.answers,
          StatementEntry.Outcome.COMPLETED,
          tag,
          null,
          counted,
          nanosSince(query.sentAt));
    } else if (pending.peek() instanceof Pending.Execution(long number, int _, long sentAt)) {
      pending.remove();
      recorder.result(
          number, 1, StatementEntry.Outcome.COMPLETED, tag, null, counted, nanosSince(sentAt));
    }
    answered();
  }

  void emptyQuery() {
    if (pending.peek() instanceof Pending.SimpleQuery query) {
      recorder.result(
          query.number,
          ++query.answers,
          StatementEntry.Outcome.COMPLETED,
          "",
          null,
          Sizes.UNKNOWN,
          nanosSince(query.sentAt));
    } else if (pending.peek() instanceof Pending.Execution(long number, int _, long sentAt)) {
      pending.remove();
      recorder.result(
          number, 1, StatementEntry.Outcome.COMPLETED, "", null, Sizes.UNKNOWN, nanosSince(sentAt));
    }
    answered();
  }

  void portalSuspended() {
    if (pending.peek() instanceof Pending.Execution(long number, int maxRows, long sentAt)) {
      pending.remove();
      recorder.result(
          number,
          1,
          StatementEntry.Outcome.SUSPENDED,
          null,
          null,
          counted(maxRows),
          nanosSince(sentAt));
    }
    answered();
  }

  void functionCallResponse(FunctionCallResponse response) {
    Bytes value = response.value();
    functionResult(value == null ? 0 : value.length());
  }

  void functionResult(int length) {
    if (pending.peek() instanceof Pending.Call(long number, long sentAt)) {
      recorder.result(
          number,
          1,
          StatementEntry.Outcome.COMPLETED,
          null,
          null,
          new Sizes(-1, sizes ? length : -1, -1),
          nanosSince(sentAt));
    }
    answered();
  }

  /**
   * The server answers with an error.
   *
   * @param prepared what was parsed or bound last, if nothing was executed since
   */
  void error(@Nullable String sqlState, @Nullable StatementText prepared) {
    switch (pending.peek()) {
      case Pending.SimpleQuery query ->
          failed(query.number, ++query.answers, sqlState, query.sentAt);
      case Pending.Call(long number, long sentAt) -> failed(number, 1, sqlState, sentAt);
      case Pending.Execution(long number, int _, long sentAt) when !skipping -> {
        skipping = true;
        pending.remove();
        failed(number, 1, sqlState, sentAt);
      }
      case Pending.Boundary(StatementText text, long sentAt) when !skipping -> {
        skipping = true;
        if (text != null) {
          recorder.notPrepared(text, sqlState, nanosSince(sentAt));
        }
      }
      case null -> {
        if (!skipping) {
          skipping = true;
          if (prepared != null) {
            recorder.notPrepared(prepared, sqlState, 0);
          }
        }
      }
      default -> {}
    }
    answered();
  }

  private void failed(long number, int part, @Nullable String sqlState, long sentAt) {
    recorder.result(
        number,
        part,
        StatementEntry.Outcome.FAILED,
        null,
        sqlState,
        counted(sizes ? rows : -1),
        nanosSince(sentAt));
  }

  void readyForQuery() {
    Pending answered;
    do {
      answered = pending.poll();
      if (answered instanceof Pending.Execution(long number, int _, long _)) {
        recorder.result(number, 1, StatementEntry.Outcome.SKIPPED, null, null, Sizes.UNKNOWN, 0);
      }
    } while (answered != null && !isAnsweredByReadyForQuery(answered));
    skipping = false;
    answered();
  }

  /** Anything else that stands before it was skipped. */
  private boolean isAnsweredByReadyForQuery(Pending request) {
    return request instanceof Pending.Boundary
        || (!skipping
            && (request instanceof Pending.SimpleQuery || request instanceof Pending.Call));
  }

  void sessionEnded() {
    for (Pending request : pending) {
      switch (request) {
        case Pending.SimpleQuery query when !skipping ->
            aborted(query.number, query.answers + 1, query.sentAt);
        case Pending.Call(long number, long sentAt) when !skipping -> aborted(number, 1, sentAt);
        case Pending.Execution(long number, int _, long sentAt) -> {
          if (skipping) {
            recorder.result(
                number, 1, StatementEntry.Outcome.SKIPPED, null, null, Sizes.UNKNOWN, 0);
          } else {
            aborted(number, 1, sentAt);
          }
        }
        case Pending.Boundary _ -> skipping = false;
        default -> {}
      }
    }
    pending.clear();
  }

  private void aborted(long number, int part, long sentAt) {
    recorder.result(
        number,
        part,
        StatementEntry.Outcome.ABORTED,
        null,
        null,
        counted(sizes ? rows : -1),
        nanosSince(sentAt));
    answered();
  }

  private Sizes counted(long all) {
    return new Sizes(all, sizes ? bytes : -1, sizes ? bytesIn : -1);
  }

  private void answered() {
    lastAnswerAt = now();
    rows = 0;
    bytes = 0;
    bytesIn = -1;
  }

  /** A statement begins when it is sent, or when the server is done with what was sent before. */
  private long nanosSince(long sentAt) {
    return now() - (lastAnswerAt - sentAt > 0 ? lastAnswerAt : sentAt);
  }
}
