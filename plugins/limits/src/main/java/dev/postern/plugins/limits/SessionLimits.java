package dev.postern.plugins.limits;

import dev.postern.api.intercept.NameChanges;
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
  private final Conversation conversation;
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
    conversation = new Conversation(admissions);
    gate = new Gate(this, facts, service);
  }

  synchronized Verdict<FrontendMessage> query(String sql, long bytes) {
    copyRefused = false;
    Shape shape = Shape.UNKNOWN;
    if (admissions.looksAtStatements()) {
      shape = conversation.statements().shape(sql);
      conversation.statements().change(NameChanges.of(sql));
    }
    Admission admission = admissions.of(shape);
    long boundary = conversation.boundary();
    conversation.query(admission);
    return begin(new Request(admission, true, false, boundary, bytes));
  }

  synchronized Verdict<FrontendMessage> functionCall(int oid, long bytes) {
    copyRefused = false;
    Admission admission =
        admissions.of(admissions.looksAtStatements() ? Shape.ofFunction(oid) : Shape.UNKNOWN);
    long boundary = conversation.boundary();
    conversation.functionCall(admission);
    return begin(new Request(admission, true, false, boundary, bytes));
  }

  synchronized Verdict<FrontendMessage> execute(String portal) {
    copyRefused = false;
    if (skipping) {
      conversation.execution(null);
      return Verdict.forward();
    }
    Admission admission = admissions.of(executed(portal));
    long boundary = conversation.boundary();
    conversation.execution(admission);
    return begin(new Request(admission, true, true, boundary, 0));
  }

  private Shape executed(String portal) {
    if (!admissions.looksAtStatements()) {
      return Shape.UNKNOWN;
    }
    Prepared prepared = conversation.statements().portal(portal, conversation.cycle());
    conversation.statements().change(prepared.changes());
    return prepared.shape();
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

  /**
   * A Parse.
   *
   * @param sql {@code null}: it could not be read
   */
  synchronized void parse(String statement, @Nullable String sql, long bytes) {
    conversation.parse(statement, sql);
    chargeSent(statement, bytes);
  }

  /**
   * A Bind.
   *
   * @param statement {@code null}: it could not be read
   */
  synchronized void bind(String portal, @Nullable String statement, long bytes) {
    conversation.bind(portal, statement);
    chargeSent(statement, bytes);
  }

  private void chargeSent(@Nullable String statement, long bytes) {
    if (bytes > 0) {
      Shape shape = conversation.statements().statement(statement, conversation.cycle()).shape();
      long now = service.now();
      for (Share share : admissions.of(shape).shares) {
        share.bucket.chargeSent(bytes, now);
      }
    }
  }

  synchronized void describe() {
    conversation.describe();
  }

  synchronized void close(Target target, String name) {
    conversation.close(target, name);
  }

  synchronized void sync() {
    skipping = false;
    conversation.sync();
  }

  synchronized void copyInEnded() {
    copyRefused = false;
    conversation.copyEnd();
  }

  synchronized void parseComplete() {
    conversation.parseComplete();
  }

  synchronized void row(long bytes) {
    results.row(bytes, service.now());
  }

  /** Whose answers come now; where that cannot be told, what began last. */
  private @Nullable Admission current() {
    Admission current = conversation.current();
    return current == null ? last : current;
  }

  synchronized void copyInBegan() {
    conversation.copyInBegan();
  }

  synchronized void commandComplete(OptionalLong rows) {
    long now = service.now();
    results.ended(rows, now);
    Admission current = conversation.current();
    if (conversation.isInQuery() && parts++ > 0 && current != null) {
      for (Share share : current.shares) {
        share.bucket.chargeStatement(now);
      }
    }
    conversation.executed();
  }

  /** An answer that ends an Execute and says no number of rows. */
  synchronized void executed() {
    results.ended(OptionalLong.empty(), service.now());
    conversation.executed();
  }

  synchronized void failed() {
    results.ended(OptionalLong.empty(), service.now());
    conversation.failed();
  }

  synchronized void readyForQuery(TransactionStatus status) {
    results.ended(OptionalLong.empty(), service.now());
    parts = 0;
    gate.answered(conversation.ready(status));
  }

  synchronized void closed() {
    gate.close();
    admissions.leave();
  }
}
