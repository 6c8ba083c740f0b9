package dev.postern.plugins.limits;

import dev.postern.api.intercept.Pipeline;
import dev.postern.api.intercept.Pipeline.Request;
import dev.postern.api.message.Target;
import dev.postern.api.message.TransactionStatus;
import org.jspecify.annotations.Nullable;

/**
 * What a session has asked and the server has not answered, in its order. What answers Bind,
 * Describe and Close is not looked at: the next answer tells that it has come. Where the two sides
 * cannot be told apart for sure, a statement counts as ended rather than as running for ever.
 * Guarded by its session.
 */
final class Conversation {
  private final Admissions admissions;
  private final Pipeline<Pending> pipeline = new Pipeline<>();
  private final Statements statements = new Statements();

  // Of an error.
  private boolean nothingBehind;
  private boolean simpleBehind;

  /**
   * @param admissions are told of what has no answer yet
   */
  Conversation(Admissions admissions) {
    this.admissions = admissions;
  }

  Statements statements() {
    return statements;
  }

  long cycle() {
    return pipeline.cycle();
  }

  /** Which ReadyForQuery ends what is sent next. */
  long boundary() {
    return pipeline.cycle() + 1;
  }

  void query(Admission admission) {
    send(Request.QUERY, new Pending(admission, boundary(), true));
  }

  void functionCall(Admission admission) {
    send(Request.FUNCTION_CALL, new Pending(admission, boundary(), true));
  }

  /**
   * @param admission {@code null}: the server skips it
   */
  void execution(@Nullable Admission admission) {
    send(Request.EXECUTE, new Pending(admission, boundary(), false));
  }

  void parse(String name, @Nullable String sql) {
    Pending parse = new Pending(null, boundary(), false);
    if (send(Request.PARSE, parse) && admissions.looksAtStatements()) {
      statements.parse(parse, name, sql, cycle());
    }
  }

  void bind(String portal, @Nullable String statement) {
    Pending bind = new Pending(null, boundary(), false);
    if (send(Request.BIND, bind) && admissions.looksAtStatements()) {
      statements.bind(bind, portal, statement, cycle());
    }
  }

  void describe() {
    send(Request.DESCRIBE, new Pending(null, boundary(), false));
  }

  void close(Target target, String name) {
    Pending close = new Pending(null, boundary(), false);
    if (send(Request.CLOSE, close) && admissions.looksAtStatements()) {
      statements.close(close, target, name, cycle());
    }
  }

  void sync() {
    send(Request.SYNC, new Pending(null, boundary(), false));
  }

  /** CopyDone or CopyFail. */
  void copyEnd() {
    pipeline.copyEndSent();
    checkOrder();
  }

  private boolean send(Request request, Pending pending) {
    boolean waits = pipeline.sent(request, pending);
    if (waits && pending.admission != null) {
      pending.admission.unanswered++;
    }
    checkOrder();
    return waits;
  }

  private static void gone(Pending pending) {
    if (pending.admission != null) {
      pending.admission.unanswered--;
    }
  }

  private void checkOrder() {
    if (pipeline.isLost()) {
      admissions.nothingWaits();
      statements.forgetAll();
    }
  }

  void parseComplete() {
    stepsDone(false);
    Pending parsed = pipeline.parseComplete();
    if (parsed != null) {
      parsed.done();
    }
    checkOrder();
  }

  /** The server has come past them. */
  private void stepsDone(boolean parses) {
    for (Pending done = step(parses); done != null; done = step(parses)) {
      done.done();
    }
  }

  private @Nullable Pending step(boolean parses) {
    return switch (pipeline.firstRequest()) {
      case PARSE -> parses ? pipeline.parseComplete() : null;
      case BIND -> pipeline.bindComplete();
      case DESCRIBE -> pipeline.described();
      case CLOSE -> pipeline.closeComplete();
      case null, default -> null;
    };
  }

  /** Whose answers come now; {@code null} where that cannot be told. */
  @Nullable Admission current() {
    stepsDone(true);
    Pending first = pipeline.first();
    return first == null ? null : first.admission;
  }

  /** Whether it is a Query that is answered now. */
  boolean isInQuery() {
    stepsDone(true);
    return pipeline.firstRequest() == Request.QUERY;
  }

  /** An answer that ends an Execute, or a part of a Query. */
  void executed() {
    boolean query = isInQuery();
    Pending executed = pipeline.executed();
    if (executed != null && !query) {
      gone(executed);
    }
    checkOrder();
  }

  void copyInBegan() {
    stepsDone(true);
    pipeline.copyInBegan();
    checkOrder();
  }

  void failed() {
    Request first = pipeline.firstRequest();
    boolean step = isStep(first);
    nothingBehind = true;
    simpleBehind = false;
    Pending failed = pipeline.failed(this::skipped);
    if (failed != null && (step || first == Request.EXECUTE)) {
      gone(failed);
      failed.notDone();
    }
    if (step && simpleBehind) {
      pipeline.lose(); // the error may be of the Query, which then is not skipped
    }
    checkOrder();
  }

  private static boolean isStep(@Nullable Request request) {
    return switch (request) {
      case PARSE, BIND, DESCRIBE, CLOSE -> true;
      case null, default -> false;
    };
  }

  private void skipped(Pending skipped) {
    if (nothingBehind && skipped.isStatement()) {
      nothingBehind = false;
      simpleBehind = skipped.simple;
    }
    gone(skipped);
    skipped.notDone();
  }

  /**
   * ReadyForQuery has come.
   *
   * @return everything up to this number has ended
   */
  long ready(TransactionStatus status) {
    stepsDone(true);
    if (pipeline.firstRequest() == Request.FUNCTION_CALL) {
      pipeline.functionReturned();
    }
    Pending answered = pipeline.ready();
    if (answered != null) {
      gone(answered);
    }
    checkOrder();
    if (status == TransactionStatus.IDLE) {
      statements.transactionEnded();
    }
    Pending first = pipeline.first();
    return first == null ? Long.MAX_VALUE : first.boundary - 1;
  }
}
