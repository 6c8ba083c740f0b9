package dev.postern.plugins.limits;

import dev.postern.api.intercept.Verdict;
import dev.postern.api.message.FrontendMessage;
import dev.postern.api.message.Target;
import dev.postern.api.message.TransactionStatus;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * One session before its buckets. Its event loop calls it, and whoever lets a statement go on that
 * has waited; each call holds the session's own lock, which nobody else wants as long as nothing
 * waits. Under it the lock of one bucket's queue may be taken, never another session's.
 */
final class SessionLimits {
  private final Service service;
  private final Admissions admissions;
  private final Statements statements = new Statements();
  private final Pipeline pipeline = new Pipeline();
  private final Results results = new Results(this::current);
  private final Gate gate;

  /** What began last: COPY data belongs to it. */
  private @Nullable Admission last;

  /** How many statements of the present Query have been answered. */
  private int parts;

  /** The server skips what comes until Sync, since an Execute was refused. */
  private boolean skipping;

  /** What is left of the COPY data is not for the server. */
  private boolean copyRefused;

  SessionLimits(Facts facts, Service service, Admissions admissions) {
    this.service = service;
    this.admissions = admissions;
    gate = new Gate(this, facts, service);
  }

  synchronized Verdict<FrontendMessage> query(String sql, long bytes) {
    copyRefused = false;
    Shape shape = admissions.looksAtStatements() ? statements.shape(sql) : Shape.UNKNOWN;
    return simple(shape, bytes);
  }

  synchronized Verdict<FrontendMessage> functionCall(int oid, long bytes) {
    copyRefused = false;
    return simple(admissions.looksAtStatements() ? Shape.ofFunction(oid) : Shape.UNKNOWN, bytes);
  }

  private Verdict<FrontendMessage> simple(Shape shape, long bytes) {
    prepares(shape);
    Admission admission = admissions.of(shape);
    long boundary = pipeline.next();
    pipeline.query(admission.asQuery);
    return begin(new Request(admission, true, false, boundary, bytes));
  }

  synchronized Verdict<FrontendMessage> execute(String portal) {
    copyRefused = false;
    if (skipping) {
      pipeline.step();
      return Verdict.forward();
    }
    Shape shape = looksAtNames() ? statements.portal(portal, pipeline.next()) : Shape.UNKNOWN;
    prepares(shape);
    Admission admission = admissions.of(shape);
    pipeline.execution(admission.asExecution);
    return begin(new Request(admission, true, true, pipeline.next(), 0));
  }

  private boolean looksAtNames() {
    return admissions.looksAtStatements() && !pipeline.isUnsure();
  }

  /** What a statement of SQL prepares has a name that something else may have had. */
  private void prepares(Shape shape) {
    if (admissions.looksAtStatements() && shape.mayPrepare()) {
      statements.preparedBySql();
    }
  }

  private Verdict<FrontendMessage> begin(Request request) {
    last = request.admission();
    return gate.admit(request);
  }

  synchronized Verdict<FrontendMessage> copyData(long bytes) {
    if (copyRefused) {
      return Verdict.drop();
    }
    Admission admission = last;
    return admission == null
        ? Verdict.forward()
        : gate.admit(new Request(admission, false, false, 0, bytes));
  }

  /** Something of this session's does not go on. Called by the gate, with the lock held. */
  void refused(Request request) {
    skipping |= request.extended();
    copyRefused = !request.begins();
  }

  /**
   * Looks whether a statement need not wait any longer. Called by no event loop.
   *
   * @return whether the one behind it is the first now
   */
  boolean proceed(Waiter asked) {
    @Nullable Verdict<FrontendMessage> outcome;
    synchronized (this) {
      if (asked.over) {
        asked.bucket.dequeue(asked);
        return true;
      }
      outcome = gate.retry(asked);
      if (outcome == null) {
        return false;
      }
      if (outcome instanceof Verdict.Later<FrontendMessage>) {
        return true; // another queue has it now
      }
    }
    asked.verdict.complete(outcome);
    return true;
  }

  synchronized void parse(String statement, @Nullable String sql, long bytes) {
    pipeline.step();
    if (admissions.looksAtStatements()) {
      Shape shape = sql == null ? Shape.UNKNOWN : statements.shape(sql);
      statements.parse(statement, shape, pipeline.next());
    }
    chargeSent(statement, bytes);
  }

  synchronized void bind(String portal, String statement, long bytes) {
    pipeline.step();
    if (admissions.looksAtStatements()) {
      statements.bind(portal, statement, pipeline.next());
    }
    chargeSent(statement, bytes);
  }

  private void chargeSent(String statement, long bytes) {
    if (bytes > 0) {
      Shape shape =
          looksAtNames() ? statements.statement(statement, pipeline.next()) : Shape.UNKNOWN;
      long now = service.now();
      for (Share share : admissions.of(shape).shares) {
        share.bucket.chargeSent(bytes, now);
      }
    }
  }

  synchronized void step() {
    pipeline.step();
  }

  synchronized void close(Target target, String name) {
    pipeline.step();
    statements.close(target, name);
  }

  synchronized void sync() {
    skipping = false;
    pipeline.sync();
  }

  synchronized void copyInEnded() {
    copyRefused = false;
    pipeline.copyEnd();
  }

  synchronized void parseComplete() {
    statements.parseComplete();
  }

  synchronized void row(long bytes) {
    results.row(bytes, service.now());
  }

  /** Whose answers come now; where that cannot be told, what began last. */
  private @Nullable Admission current() {
    Pending current = pipeline.current();
    return current != null && current.admission() != null ? current.admission() : last;
  }

  synchronized void copyInBegan() {
    pipeline.copyInBegan();
  }

  synchronized void commandComplete(String tag, OptionalLong rows) {
    long now = service.now();
    results.ended(rows, now);
    Pending current = pipeline.current();
    if (current != null
        && current.kind() == Pending.Kind.QUERY
        && parts++ > 0
        && current.admission() != null) {
      for (Share share : current.admission().shares) {
        share.bucket.chargeStatement(now);
      }
    }
    if (tag.equals("PREPARE")) {
      statements.preparedBySql();
    }
    pipeline.executed();
  }

  /** An answer that ends an Execute and says no number of rows. */
  synchronized void executed() {
    results.ended(OptionalLong.empty(), service.now());
    pipeline.executed();
  }

  synchronized void failed() {
    results.ended(OptionalLong.empty(), service.now());
    pipeline.failed();
  }

  synchronized void readyForQuery(TransactionStatus status) {
    results.ended(OptionalLong.empty(), service.now());
    parts = 0;
    long answered = pipeline.ready();
    statements.answered(answered, status == TransactionStatus.IDLE && pipeline.isEmpty());
    gate.answered(answered);
  }

  synchronized void closed() {
    gate.close();
    admissions.leave();
  }
}
