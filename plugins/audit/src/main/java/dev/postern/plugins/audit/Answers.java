package dev.postern.plugins.audit;

import dev.postern.api.Bytes;
import dev.postern.api.intercept.Pipeline;
import dev.postern.api.intercept.Pipeline.Request;
import dev.postern.api.message.CommandComplete;
import dev.postern.api.message.FunctionCallResponse;
import dev.postern.api.message.TransactionStatus;
import dev.postern.plugins.audit.StatementEntry.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * Finds for every answer of the server what it answers, and records how statements have ended. Used
 * by the session's event loop only.
 */
final class Answers {
  private final Recorder recorder;
  private final Names names;
  private final boolean sizes;
  private final Pipeline<Pending> pipeline = new Pipeline<>();

  /** The last one since a Sync. */
  private Pending.@Nullable Execution execution;

  // Numbers of statements that the server skips, and that do not wait in the pipeline.
  private long firstSkipped;
  private long lastSkipped = -1;

  /** Whether what was outstanding is on record. */
  private boolean givenUp;

  private long lastAnswerAt;

  // Of what is being answered.
  private long rows;
  private long bytes;
  private long bytesIn = -1;

  Answers(Recorder recorder, Names names, boolean sizes) {
    this.recorder = recorder;
    this.names = names;
    this.sizes = sizes;
    this.lastAnswerAt = now();
  }

  /** For durations, in nanoseconds. */
  long now() {
    return System.nanoTime();
  }

  long cycle() {
    return pipeline.cycle();
  }

  /**
   * Whether it is not known any more what is answered; then all that was outstanding is on record.
   */
  boolean isLost() {
    return givenUp;
  }

  /** A Parse, Bind, Describe or Close goes on. */
  void asked(Request request, @Nullable Pending note) {
    if (!pipeline.sent(request, note)) {
      if (note != null) {
        names.ignored(note);
      }
      giveUpIfLost();
    }
  }

  /**
   * An Execute, Query or FunctionCall goes on.
   *
   * @return whether the server is going to carry it out, if nothing before it fails
   */
  boolean running(Request request, Pending.Asking note) {
    if (!pipeline.sent(request, note)) {
      unanswered(note);
      giveUpIfLost();
      return false;
    }
    execution = note instanceof Pending.Execution last ? last : null;
    return true;
  }

  private void unanswered(Pending.Asking note) {
    if (note.number() == 0) {
      return;
    }
    if (note.number() != lastSkipped + 1) {
      endSkipped(Outcome.SKIPPED);
      firstSkipped = note.number();
    }
    lastSkipped = note.number();
  }

  private void endSkipped(Outcome outcome) {
    long number = firstSkipped;
    long last = lastSkipped;
    firstSkipped = 0;
    lastSkipped = -1;
    for (; number <= last; number++) {
      recorder.result(number, 1, outcome, null, null, Sizes.UNKNOWN, 0);
    }
  }

  void synced() {
    if (pipeline.sent(Request.SYNC, execution)) {
      execution = null;
    }
    giveUpIfLost();
  }

  void copyInBegan() {
    pipeline.copyInBegan();
    giveUpIfLost();
  }

  void copyEndSent() {
    pipeline.copyEndSent();
    giveUpIfLost();
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

  void parseComplete() {
    names.confirmed(pipeline.parseComplete());
    giveUpIfLost();
  }

  void bindComplete() {
    names.confirmed(pipeline.bindComplete());
    giveUpIfLost();
  }

  void closeComplete() {
    names.confirmed(pipeline.closeComplete());
    giveUpIfLost();
  }

  /** RowDescription or NoData. */
  void described() {
    pipeline.described();
    giveUpIfLost();
  }

  void commandComplete(CommandComplete complete) {
    executed(Outcome.COMPLETED, complete.tag(), counted(complete.rows().orElse(-1)));
  }

  void emptyQuery() {
    executed(Outcome.COMPLETED, "", Sizes.UNKNOWN);
  }

  void portalSuspended() {
    long asked = pipeline.first() instanceof Pending.Execution first ? first.maxRows : -1;
    executed(Outcome.SUSPENDED, null, counted(asked));
  }

  private void executed(Outcome outcome, @Nullable String tag, Sizes counted) {
    ended(pipeline.executed(), outcome, tag, null, counted);
    answered();
    giveUpIfLost();
  }

  void functionCallResponse(FunctionCallResponse response) {
    Bytes value = response.value();
    functionResult(value == null ? 0 : value.length());
  }

  void functionResult(int length) {
    Sizes counted = new Sizes(-1, sizes ? length : -1, -1);
    ended(pipeline.functionReturned(), Outcome.COMPLETED, null, null, counted);
    answered();
    giveUpIfLost();
  }

  /** The server answers with an error. */
  void error(@Nullable String sqlState) {
    Request request = pipeline.firstRequest();
    Pending first = pipeline.isSkipping() ? null : pipeline.first();
    if (request == Request.SYNC) {
      undone(first, sqlState);
      pipeline.failed(this::skipped);
    } else if (first instanceof Named named) {
      failed(named, sqlState);
    } else {
      if (first != null) {
        names.failed(first);
      }
      ended(pipeline.failed(this::skipped), Outcome.FAILED, null, sqlState, failedSizes());
    }
    answered();
    giveUpIfLost();
  }

  /** What could not be prepared, bound or described fails as the Execute of it, if there is one. */
  private void failed(Named named, @Nullable String sqlState) {
    names.failed(named);
    boolean[] executed = {false};
    pipeline.failed(
        skipped -> {
          if (!executed[0] && skipped instanceof Pending.Execution asked && runs(asked, named)) {
            executed[0] = true;
            ended(asked, Outcome.FAILED, null, sqlState, failedSizes());
          } else {
            skipped(skipped);
          }
        });
    if (!executed[0] && !named.refused) {
      recorder.notPrepared(named.text(), sqlState, nanosSince(named.sentAt));
    }
  }

  private static boolean runs(Pending.Execution execution, Named named) {
    Portal portal = execution.portal;
    return portal != null && (portal == named || portal.statement == named);
  }

  private void skipped(Pending request) {
    names.failed(request);
    ended(request, Outcome.SKIPPED, null, null, Sizes.UNKNOWN);
  }

  /** An error that answers Sync: what was carried out before it has come to nothing. */
  private void undone(@Nullable Pending last, @Nullable String sqlState) {
    if (last instanceof Pending.Execution asked
        && (asked.outcome == Outcome.COMPLETED || asked.outcome == Outcome.SUSPENDED)) {
      asked.outcome = Outcome.FAILED;
      recorder.result(
          asked.number(),
          2,
          Outcome.FAILED,
          null,
          sqlState,
          Sizes.UNKNOWN,
          nanosSince(asked.sentAt()));
    }
  }

  void readyForQuery(TransactionStatus status) {
    pipeline.ready();
    if (!pipeline.isLost()) {
      endSkipped(Outcome.SKIPPED);
      names.skippingEnded();
      if (status == TransactionStatus.IDLE) {
        names.transactionEnded();
      }
    }
    answered();
    giveUpIfLost();
  }

  private void giveUpIfLost() {
    if (pipeline.isLost() && !givenUp) {
      givenUp = true;
      endSkipped(Outcome.UNKNOWN);
      pipeline.forEach(waiting -> ended(waiting, Outcome.UNKNOWN, null, null, Sizes.UNKNOWN));
    }
  }

  void sessionEnded() {
    if (!givenUp) {
      givenUp = true;
      endSkipped(Outcome.SKIPPED);
      pipeline.forEach(waiting -> ended(waiting, Outcome.ABORTED, null, null, failedSizes()));
    }
  }

  private void ended(
      @Nullable Pending request,
      Outcome outcome,
      @Nullable String tag,
      @Nullable String sqlState,
      Sizes counted) {
    if (!(request instanceof Pending.Asking asked)) {
      return;
    }
    int part = 1;
    switch (asked) {
      case Pending.SimpleQuery query -> part = ++query.answers;
      case Pending.Execution execution -> {
        if (execution.outcome != null) {
          return; // its Sync waits
        }
        execution.outcome = outcome;
      }
      case Pending.Call _ -> {}
    }
    long nanos = outcome == Outcome.SKIPPED ? 0 : nanosSince(asked.sentAt());
    recorder.result(asked.number(), part, outcome, tag, sqlState, counted, nanos);
    if (outcome == Outcome.ABORTED) {
      answered();
    }
  }

  private Sizes failedSizes() {
    return counted(sizes ? rows : -1);
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
