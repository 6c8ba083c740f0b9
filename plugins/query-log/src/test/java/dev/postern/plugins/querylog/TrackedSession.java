package dev.postern.plugins.querylog;

import dev.postern.api.Bytes;
import dev.postern.api.SqlState;
import dev.postern.api.intercept.UndecodedMessage;
import dev.postern.api.message.BackendMessage;
import dev.postern.api.message.Bind;
import dev.postern.api.message.BindComplete;
import dev.postern.api.message.CloseComplete;
import dev.postern.api.message.CommandComplete;
import dev.postern.api.message.Describe;
import dev.postern.api.message.ErrorResponse;
import dev.postern.api.message.Execute;
import dev.postern.api.message.FrontendMessage;
import dev.postern.api.message.Parse;
import dev.postern.api.message.ParseComplete;
import dev.postern.api.message.ReadyForQuery;
import dev.postern.api.message.Sync;
import dev.postern.api.message.Target;
import dev.postern.api.message.TransactionStatus;
import dev.postern.testkit.spi.FakeInterests;
import java.util.ArrayList;
import java.util.List;

/** A session whose statements are tracked, and the lines that come of it, in brief. */
final class TrackedSession {
  static final BackendMessage READY = new ReadyForQuery(TransactionStatus.IDLE);
  static final BackendMessage IN_TRANSACTION = new ReadyForQuery(TransactionStatus.IN_TRANSACTION);
  static final BackendMessage PARSED = new ParseComplete();
  static final BackendMessage BOUND = new BindComplete();
  static final BackendMessage CLOSED = new CloseComplete();
  static final BackendMessage ERROR = ErrorResponse.error(new SqlState("42601"), "syntax error");

  final FakeInterests wire = new FakeInterests();
  final List<String> log = new ArrayList<>();
  private long now = 1_000_000;
  private int losses;

  TrackedSession() {
    StatementTracker tracker = new StatementTracker(() -> now, this::write, () -> losses++);
    new Observation(sql -> SqlText.of(sql, 100, false), tracker).declare(wire);
  }

  /** How often it was told that the order is lost. */
  int losses() {
    return losses;
  }

  /** Parses and executes a statement that gives one row. */
  void run(String name, String sql) {
    wire.client(parse(name, sql), bind("", name), execute(""), new Sync());
    wire.server(PARSED, BOUND, complete("SELECT 1"), READY);
  }

  /** Time goes by. */
  void after(long nanos) {
    now += nanos;
  }

  private void write(EndedStatement statement) {
    StringBuilder line = new StringBuilder(statement.outcome().label).append(' ');
    line.append(statement.sql().shown());
    if (statement.part() > 1) {
      line.append(" (").append(statement.part()).append(')');
    }
    line.append(':');
    CommandTag tag = statement.tag();
    if (tag.command() != null) {
      line.append(' ').append(tag.command());
    }
    if (tag.rows() >= 0) {
      line.append(' ').append(tag.rows()).append(" rows");
    } else if (tag.command() == null) {
      line.append(' ').append(statement.sqlState());
    }
    log.add(line.append(", ").append(statement.durationMicros()).append(" us").toString());
  }

  static BackendMessage complete(String tag) {
    return new CommandComplete(tag);
  }

  static FrontendMessage parse(String statement, String sql) {
    return new Parse(statement, sql, List.of());
  }

  static FrontendMessage bind(String portal, String statement) {
    return new Bind(portal, statement, List.of(), List.of(Bytes.utf8("secret")), List.of());
  }

  static FrontendMessage describe(String portal) {
    return new Describe(Target.PORTAL, portal);
  }

  static FrontendMessage execute(String portal) {
    return new Execute(portal, 0);
  }

  /** The beginning of a message that is too large to be decoded. */
  static UndecodedMessage large(char type, String start) {
    return new UndecodedMessage(true, type, 9999, Bytes.utf8(start));
  }
}
