package dev.postern.plugins.querylog;

import dev.postern.api.SqlState;
import dev.postern.api.intercept.Interests;
import dev.postern.api.intercept.UndecodedMessage;
import dev.postern.api.message.Bind;
import dev.postern.api.message.BindComplete;
import dev.postern.api.message.Close;
import dev.postern.api.message.CloseComplete;
import dev.postern.api.message.CommandComplete;
import dev.postern.api.message.CopyDone;
import dev.postern.api.message.CopyFail;
import dev.postern.api.message.CopyInResponse;
import dev.postern.api.message.Describe;
import dev.postern.api.message.EmptyQueryResponse;
import dev.postern.api.message.ErrorResponse;
import dev.postern.api.message.Execute;
import dev.postern.api.message.FunctionCall;
import dev.postern.api.message.FunctionCallResponse;
import dev.postern.api.message.Parse;
import dev.postern.api.message.ParseComplete;
import dev.postern.api.message.PortalSuspended;
import dev.postern.api.message.Query;
import dev.postern.api.message.ReadyForQuery;
import dev.postern.api.message.Sync;
import dev.postern.api.message.TransactionStatus;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The messages of a session, as they are told to its tracker. */
final class Observation {
  private final Function<String, SqlText> text;
  private final StatementTracker tracker;

  Observation(Function<String, SqlText> text, StatementTracker tracker) {
    this.text = text;
    this.tracker = tracker;
  }

  void declare(Interests interests) {
    interests
        .observeFrontend(Query.class, query -> tracker.query(text.apply(query.sql())))
        .observeFrontend(
            Parse.class, parse -> tracker.parse(parse.statement(), text.apply(parse.sql())))
        .observeFrontend(Bind.class, bind -> tracker.bind(bind.portal(), bind.statement()))
        .observeFrontend(
            Describe.class, describe -> tracker.describe(describe.target(), describe.name()))
        .observeFrontend(
            Execute.class, execute -> tracker.execute(execute.portal(), execute.maxRows()))
        .observeFrontend(Close.class, close -> tracker.close(close.target(), close.name()))
        .observeFrontend(Sync.class, sync -> tracker.sync())
        .observeFrontend(FunctionCall.class, call -> tracker.functionCall())
        .observeFrontend(CopyDone.class, done -> tracker.copyInEnded())
        .observeFrontend(CopyFail.class, fail -> tracker.copyInEnded())
        .observeBackend(ParseComplete.class, complete -> tracker.parseComplete())
        .observeBackend(BindComplete.class, complete -> tracker.bindComplete())
        .observeBackend(CloseComplete.class, complete -> tracker.closeComplete())
        .observeBackend(CommandComplete.class, tracker::commandComplete)
        .observeBackend(EmptyQueryResponse.class, empty -> tracker.emptyQuery())
        .observeBackend(PortalSuspended.class, suspended -> tracker.portalSuspended())
        .observeBackend(CopyInResponse.class, copy -> tracker.copyInBegan())
        .observeBackend(FunctionCallResponse.class, returned -> tracker.functionReturned())
        .observeBackend(ErrorResponse.class, error -> tracker.error(code(error.sqlState())))
        .observeBackend(
            ReadyForQuery.class,
            ready -> tracker.readyForQuery(ready.status() == TransactionStatus.IDLE))
        .onUndecoded(this::undecoded)
        .onClose(reason -> tracker.sessionEnded());
  }

  private static @Nullable String code(@Nullable SqlState sqlState) {
    return sqlState == null ? null : sqlState.code();
  }

  /** What is too large to be decoded begins with all that matters here. */
  private void undecoded(UndecodedMessage message) {
    MessageStart start = new MessageStart(message.start());
    if (message.fromClient()) {
      ofClient(message.type(), message.length(), start);
    } else {
      ofServer(message.type(), start);
    }
  }

  private void ofClient(char type, int length, MessageStart start) {
    switch (type) {
      case 'Q' -> tracker.query(text.apply(start.text()).ofQuery(length));
      case 'P' -> {
        String statement = start.wholeText();
        SqlText sql =
            statement == null ? SqlText.UNKNOWN : text.apply(start.text()).ofParse(length);
        tracker.parse(statement, sql);
      }
      case 'B' -> tracker.bind(start.text(), start.wholeText());
      case 'D' -> tracker.describe(start.target(), start.text());
      case 'E' -> tracker.execute(start.text(), 0);
      case 'C' -> tracker.close(start.target(), start.text());
      case 'F' -> tracker.functionCall();
      case 'f' -> tracker.copyInEnded();
      default -> {}
    }
  }

  private void ofServer(char type, MessageStart start) {
    switch (type) {
      case 'C' -> tracker.commandComplete(new CommandComplete(start.text()));
      case 'G' -> tracker.copyInBegan();
      case 'V' -> tracker.functionReturned();
      case 'E' -> {
        String sqlState = start.field('C');
        tracker.error(sqlState.isEmpty() ? null : sqlState);
      }
      default -> {}
    }
  }
}
