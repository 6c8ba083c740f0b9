package dev.postern.plugins.querylog;

import dev.postern.api.SqlState;
import dev.postern.api.intercept.Interests;
import dev.postern.api.intercept.UndecodedMessage;
import dev.postern.api.message.Bind;
import dev.postern.api.message.Close;
import dev.postern.api.message.CommandComplete;
import dev.postern.api.message.CopyDone;
import dev.postern.api.message.CopyFail;
import dev.postern.api.message.EmptyQueryResponse;
import dev.postern.api.message.ErrorResponse;
import dev.postern.api.message.Execute;
import dev.postern.api.message.Parse;
import dev.postern.api.message.PortalSuspended;
import dev.postern.api.message.Query;
import dev.postern.api.message.ReadyForQuery;
import dev.postern.api.message.Sync;
import dev.postern.api.message.Target;
import dev.postern.api.message.TransactionStatus;
import dev.postern.plugins.querylog.Pending.Boundary;
import dev.postern.plugins.querylog.Pending.Execution;
import dev.postern.plugins.querylog.Pending.SimpleQuery;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Finds for every answer of the server the statement that it belongs to. Requests wait in the order
 * in which they were sent; an answer belongs to the first of them. After an error in the extended
 * protocol the server skips everything up to Sync; while it takes in COPY data it ignores Sync.
 * Used by the session's event loop only.
 */
final class StatementTracker {
  private final LongSupplier nanoTime;
  private final Function<String, SqlText> text;
  private final Consumer<EndedStatement> log;
  private final Names names = new Names();
  private final Deque<Pending> pending = new ArrayDeque<>();

  /** Numbers the requests that ReadyForQuery answers: Query and Sync. */
  private long cycle = 1;

  /** What was parsed or bound since the last Execute, Query or Sync. */
  private @Nullable SqlText prepared;

  /** Whether the server skips everything up to Sync. */
  private boolean skipping;

  private long lastAnswerAt;

  StatementTracker(
      LongSupplier nanoTime, Function<String, SqlText> text, Consumer<EndedStatement> log) {
    this.nanoTime = nanoTime;
    this.text = text;
    this.log = log;
    this.lastAnswerAt = nanoTime.getAsLong();
  }

  void declare(Interests interests) {
    interests
        .observeFrontend(Query.class, query -> query(text.apply(query.sql())))
        .observeFrontend(Parse.class, parse -> parse(parse.statement(), text.apply(parse.sql())))
        .observeFrontend(Bind.class, bind -> bind(bind.portal(), bind.statement()))
        .observeFrontend(Execute.class, execute -> execute(execute.portal(), execute.maxRows()))
        .observeFrontend(Close.class, close -> gone(names.closed(close.target(), close.name())))
        .observeFrontend(Sync.class, sync -> sync())
        .observeFrontend(CopyDone.class, done -> copyInEnded())
        .observeFrontend(CopyFail.class, fail -> copyInEnded())
        .observeBackend(CommandComplete.class, this::commandComplete)
        .observeBackend(EmptyQueryResponse.class, empty -> emptyQuery())
        .observeBackend(PortalSuspended.class, suspended -> portalSuspended())
        .observeBackend(ErrorResponse.class, error -> error(code(error.sqlState())))
        .observeBackend(ReadyForQuery.class, this::readyForQuery)
        .onUndecoded(this::undecoded)
        .onClose(reason -> sessionEnded());
  }

  /** What is too large to be decoded begins with all that matters here. */
  private void undecoded(UndecodedMessage message) {
    MessageStart start = new MessageStart(message.start());
    if (message.fromClient()) {
      switch (message.type()) {
        case 'Q' -> query(text.apply(start.text()).ofMessage(message.length()));
        case 'P' -> parse(start.text(), text.apply(start.text()).ofMessage(message.length()));
        case 'B' -> bind(start.text(), start.text());
        case 'E' -> execute(start.text(), 0);
        case 'f' -> copyInEnded();
        default -> {}
      }
    } else if (message.type() == 'E') {
      String sqlState = start.field('C');
      error(sqlState.isEmpty() ? null : sqlState);
    }
  }

  private void query(SqlText sql) {
    // A Query takes the place of the unnamed statement and the unnamed portal.
    gone(names.closed(Target.PORTAL, ""));
    names.closed(Target.STATEMENT, "");
    prepared = null;
    pending.add(new SimpleQuery(sql, nanoTime.getAsLong(), cycle++));
  }

  private void parse(String statement, SqlText sql) {
    prepared = sql;
    names.parsed(statement, sql);
  }

  private void bind(String portal, String statement) {
    prepared = names.statement(statement);
    gone(names.bound(portal, new Portal(prepared, cycle)));
  }

  private void execute(String portal, int maxRows) {
    prepared = null;
    pending.add(new Execution(names.portal(portal), maxRows, nanoTime.getAsLong()));
  }

  private void sync() {
    pending.add(new Boundary(prepared, nanoTime.getAsLong(), cycle++));
    prepared = null;
  }

  /** The server has ignored each Sync since the COPY began. */
  private void copyInEnded() {
    while (pending.peekLast() instanceof Boundary) {
      pending.removeLast();
    }
  }

  private void commandComplete(CommandComplete complete) {
    long now = nanoTime.getAsLong();
    long rows = complete.rows().orElse(-1);
    String command = withoutNumbers(complete.tag());
    switch (pending.peek()) {
      case SimpleQuery query -> {
        long nanos = nanosSince(query.sentAt, now);
        log.accept(EndedStatement.completed(query.sql, ++query.answers, nanos, command, rows));
      }
      case Execution(Portal portal, int maxRows, long sentAt) -> {
        pending.remove();
        long nanos = portal.nanos + nanosSince(sentAt, now);
        long all = rows < 0 ? rows : portal.rows + rows;
        portal.finished();
        log.accept(EndedStatement.completed(portal.sql, 1, nanos, command, all));
      }
      case null, default -> {}
    }
    lastAnswerAt = now;
  }

  private void emptyQuery() {
    if (pending.peek() instanceof SimpleQuery query) {
      query.answers++;
    } else if (pending.peek() instanceof Execution) {
      pending.remove();
    }
    lastAnswerAt = nanoTime.getAsLong();
  }

  private void portalSuspended() {
    long now = nanoTime.getAsLong();
    if (pending.peek() instanceof Execution(Portal portal, int maxRows, long sentAt)) {
      pending.remove();
      portal.fetched(maxRows, nanosSince(sentAt, now));
      if (portal.gone) {
        log.accept(EndedStatement.suspended(portal));
      }
    }
    lastAnswerAt = now;
  }

  private void error(@Nullable String sqlState) {
    long now = nanoTime.getAsLong();
    if (pending.peek() instanceof SimpleQuery query) {
      failed(query.sql, ++query.answers, nanosSince(query.sentAt, now), sqlState);
    } else if (!skipping) {
      skipping = true;
      switch (pending.peek()) {
        case Execution(Portal portal, int maxRows, long sentAt) -> {
          pending.remove();
          long nanos = portal.nanos + nanosSince(sentAt, now);
          portal.finished();
          failed(portal.sql, 1, nanos, sqlState);
        }
        case Boundary(SqlText sql, long sentAt, long number) ->
            failed(sql, 1, nanosSince(sentAt, now), sqlState);
        case null, default -> failed(prepared, 1, 0, sqlState);
      }
    }
    lastAnswerAt = now;
  }

  private static @Nullable String code(@Nullable SqlState sqlState) {
    return sqlState == null ? null : sqlState.code();
  }

  private void failed(
      @Nullable SqlText sql, int part, long durationNanos, @Nullable String sqlState) {
    if (sql != null) {
      log.accept(EndedStatement.failed(sql, part, durationNanos, sqlState));
    }
  }

  private void readyForQuery(ReadyForQuery ready) {
    Pending answered;
    do {
      answered = pending.poll();
    } while (answered != null && !isAnsweredByReadyForQuery(answered));
    skipping = false;
    lastAnswerAt = nanoTime.getAsLong();
    if (answered != null && ready.status() == TransactionStatus.IDLE) {
      gone(names.transactionEnded(cycleOf(answered)));
    }
  }

  /** Anything else that stands before it was skipped. */
  private boolean isAnsweredByReadyForQuery(Pending request) {
    return request instanceof Boundary || (request instanceof SimpleQuery && !skipping);
  }

  private static long cycleOf(Pending request) {
    return switch (request) {
      case SimpleQuery query -> query.cycle;
      case Boundary boundary -> boundary.cycle();
      case Execution execution -> 0;
    };
  }

  private void sessionEnded() {
    long now = nanoTime.getAsLong();
    for (Pending request : pending) {
      if (skipping) {
        skipping = !(request instanceof Boundary);
      } else if (request instanceof SimpleQuery query) {
        log.accept(
            EndedStatement.aborted(query.sql, query.answers + 1, nanosSince(query.sentAt, now)));
      } else if (request instanceof Execution(Portal portal, int maxRows, long sentAt)) {
        long nanos = portal.nanos + nanosSince(sentAt, now);
        portal.finished();
        log.accept(EndedStatement.aborted(portal.sql, 1, nanos));
      }
    }
    pending.clear();
    gone(names.allPortals());
  }

  private void gone(List<Portal> portals) {
    for (Portal portal : portals) {
      portal.gone = true;
      if (portal.suspended) {
        log.accept(EndedStatement.suspended(portal));
      }
    }
  }

  /** A statement begins when it is sent, or when the server is done with what was sent before. */
  private long nanosSince(long sentAt, long now) {
    return now - (lastAnswerAt - sentAt > 0 ? lastAnswerAt : sentAt);
  }

  private static String withoutNumbers(String tag) {
    int end = tag.length();
    while (end > 0 && (Character.isDigit(tag.charAt(end - 1)) || tag.charAt(end - 1) == ' ')) {
      end--;
    }
    return tag.substring(0, end);
  }
}
