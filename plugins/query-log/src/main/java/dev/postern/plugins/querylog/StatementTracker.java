package dev.postern.plugins.querylog;

import dev.postern.api.intercept.Pipeline;
import dev.postern.api.intercept.Pipeline.Request;
import dev.postern.api.message.CommandComplete;
import dev.postern.api.message.Target;
import dev.postern.plugins.querylog.Pending.Closing;
import dev.postern.plugins.querylog.Pending.Execution;
import dev.postern.plugins.querylog.Pending.Preparation;
import dev.postern.plugins.querylog.Pending.SimpleQuery;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Finds for every answer of the server the statement that it belongs to. Nothing is logged any more
 * once that is not certain. Used by the session's event loop only.
 *
 * <p>The clock is read for each Query, Execute and end of a statement, and for other requests where
 * nothing waits.
 */
final class StatementTracker {
  private final LongSupplier nanoTime;
  private final Consumer<EndedStatement> log;
  private final Runnable lost;
  private final Pipeline<Pending> pipeline = new Pipeline<>();
  private final KnownNames names = new KnownNames(this::gone);
  private final Blame blame = new Blame(names::notGiven);

  private final LastTag lastTag = new LastTag();

  /** When the last request was sent that the clock was read for. */
  private long lastSentAt;

  private long lastAnswerAt;
  private boolean isLost;

  /**
   * @param lost is told once if it is not certain any more what belongs to what
   */
  StatementTracker(LongSupplier nanoTime, Consumer<EndedStatement> log, Runnable lost) {
    this.nanoTime = nanoTime;
    this.log = log;
    this.lost = lost;
    this.lastAnswerAt = nanoTime.getAsLong();
    this.lastSentAt = lastAnswerAt;
  }

  void query(SqlText sql) {
    SimpleQuery query = new SimpleQuery(sql, now());
    long cycle = pipeline.cycle();
    if (pipeline.sent(Request.QUERY, query)) {
      names.query(query, cycle);
    }
    checkOrder();
  }

  void functionCall() {
    pipeline.sent(Request.FUNCTION_CALL, null);
    checkOrder();
  }

  /**
   * @param statement {@code null}: it cannot be told
   */
  void parse(@Nullable String statement, SqlText sql) {
    Preparation preparation = new Preparation(sql, sentAt());
    if (pipeline.sent(Request.PARSE, preparation)) {
      names.parse(statement, preparation, pipeline.cycle());
    }
    checkOrder();
  }

  /**
   * @param statement {@code null}: it cannot be told
   */
  void bind(String portal, @Nullable String statement) {
    Portal bound = names.portalOf(statement, pipeline.cycle(), sentAt());
    if (pipeline.sent(Request.BIND, bound)) {
      names.bind(portal, bound, pipeline.cycle());
    }
    checkOrder();
  }

  void describe(Target target, String name) {
    lastSentAt = sentAt();
    pipeline.sent(Request.DESCRIBE, names.text(target, name, pipeline.cycle()));
    checkOrder();
  }

  void execute(String name, int maxRows) {
    Portal portal = names.portal(name, pipeline.cycle());
    if (pipeline.sent(Request.EXECUTE, new Execution(portal, maxRows, now()))) {
      names.change(portal.sql.changes());
    }
    checkOrder();
  }

  void close(Target target, String name) {
    Closing closing = new Closing();
    if (pipeline.sent(Request.CLOSE, closing)) {
      names.close(target, name, closing, pipeline.cycle());
    }
    checkOrder();
  }

  void sync() {
    pipeline.sent(Request.SYNC, null);
    checkOrder();
  }

  void copyInEnded() {
    pipeline.copyEndSent();
    checkOrder();
  }

  void parseComplete() {
    described();
    if (pipeline.parseComplete() instanceof Preparation preparation) {
      names.given(preparation);
    }
    checkOrder();
  }

  void bindComplete() {
    described();
    if (pipeline.bindComplete() instanceof Portal portal) {
      names.given(portal);
    }
    checkOrder();
  }

  void closeComplete() {
    described();
    if (pipeline.closeComplete() instanceof Closing closing) {
      names.taken(closing);
    }
    checkOrder();
  }

  void copyInBegan() {
    described();
    pipeline.copyInBegan();
    checkOrder();
  }

  void functionReturned() {
    described();
    pipeline.functionReturned();
    checkOrder();
  }

  void commandComplete(CommandComplete complete) {
    long now = nanoTime.getAsLong();
    CommandTag tag = lastTag.of(complete);
    described();
    switch (pipeline.executed()) {
      case SimpleQuery query ->
          log.accept(
              EndedStatement.completed(
                  query.sql, ++query.answers, nanosSince(query.sentAt, now), now, tag));
      case Execution(Portal portal, int maxRows, long sentAt) -> {
        long nanos = portal.nanos + nanosSince(sentAt, now);
        CommandTag all = tag.after(portal.rows);
        portal.finished();
        log.accept(EndedStatement.completed(portal.sql, 1, nanos, now, all));
      }
      case null, default -> checkOrder();
    }
    lastAnswerAt = now;
  }

  void emptyQuery() {
    described();
    if (pipeline.executed() instanceof SimpleQuery query) {
      query.answers++;
    }
    checkOrder();
    lastAnswerAt = nanoTime.getAsLong();
  }

  void portalSuspended() {
    long now = nanoTime.getAsLong();
    described();
    if (pipeline.executed() instanceof Execution(Portal portal, int maxRows, long sentAt)) {
      portal.fetched(maxRows, nanosSince(sentAt, now));
      if (portal.gone) {
        suspended(portal, now);
      }
    }
    checkOrder();
    lastAnswerAt = now;
  }

  void error(@Nullable String sqlState) {
    long now = nanoTime.getAsLong();
    blame.begin();
    Pending failed = pipeline.failed(blame);
    if (failed != null) {
      if (blame.isDoubtful(failed)) {
        pipeline.lose();
      } else {
        failed(blame.on(failed), now, sqlState);
      }
    }
    checkOrder();
    lastAnswerAt = now;
  }

  private void failed(Pending failed, long now, @Nullable String sqlState) {
    switch (failed) {
      case SimpleQuery query -> {
        query.failed = true;
        failed(query.sql, ++query.answers, nanosSince(query.sentAt, now), now, sqlState);
      }
      case Execution(Portal portal, int maxRows, long sentAt) -> {
        long nanos = portal.nanos + nanosSince(sentAt, now);
        portal.finished();
        failed(blame.text(portal.sql), 1, nanos, now, sqlState);
      }
      case Preparation preparation -> {
        names.notGiven(preparation);
        failed(blame.text(preparation.sql), 1, nanosSince(preparation.sentAt, now), now, sqlState);
      }
      case Portal portal -> {
        names.notGiven(portal);
        failed(blame.text(portal.sql), 1, nanosSince(portal.sentAt, now), now, sqlState);
      }
      case SqlText described ->
          failed(blame.text(described), 1, nanosSince(lastSentAt, now), now, sqlState);
      case Closing closing -> names.notGiven(closing);
    }
  }

  private void failed(SqlText sql, int part, long nanos, long now, @Nullable String sqlState) {
    log.accept(EndedStatement.failed(sql, part, nanos, now, sqlState));
  }

  /**
   * @param idle whether no transaction is open any more
   */
  void readyForQuery(boolean idle) {
    described();
    if (pipeline.ready() instanceof SimpleQuery query) {
      names.taken(query);
    }
    checkOrder();
    if (!pipeline.isEmpty()) {
      lastAnswerAt = nanoTime.getAsLong(); // what is sent later begins later anyway
    }
    if (idle) {
      names.transactionEnded();
    }
  }

  void sessionEnded() {
    if (isLost) {
      return;
    }
    long now = nanoTime.getAsLong();
    pipeline.forEach(request -> aborted(request, now));
    names.transactionEnded();
  }

  private void aborted(Pending request, long now) {
    if (request instanceof SimpleQuery query && !query.failed) {
      long nanos = nanosSince(query.sentAt, now);
      log.accept(EndedStatement.aborted(query.sql, query.answers + 1, nanos, now));
    } else if (request instanceof Execution(Portal portal, int maxRows, long sentAt)) {
      long nanos = portal.nanos + nanosSince(sentAt, now);
      portal.finished();
      log.accept(EndedStatement.aborted(portal.sql, 1, nanos, now));
    }
  }

  private void gone(Portal portal) {
    portal.gone = true;
    if (portal.suspended) {
      suspended(portal, nanoTime.getAsLong());
    }
  }

  private void suspended(Portal portal, long now) {
    log.accept(EndedStatement.suspended(portal, now));
    portal.finished();
  }

  /**
   * What answers a Describe is not looked at, since a description is long: the next answer tells
   * that it has come.
   */
  private void described() {
    while (pipeline.firstRequest() == Request.DESCRIBE) {
      pipeline.described();
    }
  }

  private void checkOrder() {
    if (pipeline.isLost() && !isLost) {
      isLost = true;
      names.clear();
      lost.run();
    }
  }

  private long now() {
    lastSentAt = nanoTime.getAsLong();
    return lastSentAt;
  }

  /** When a request is sent that is no statement: not before what has been sent with it. */
  private long sentAt() {
    return pipeline.isEmpty() ? now() : lastSentAt;
  }

  /** A statement begins when it is sent, or when the server is done with what was sent before. */
  private long nanosSince(long sentAt, long now) {
    return now - (lastAnswerAt - sentAt > 0 ? lastAnswerAt : sentAt);
  }
}
