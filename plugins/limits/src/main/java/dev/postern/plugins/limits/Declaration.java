package dev.postern.plugins.limits;

import dev.postern.api.Bytes;
import dev.postern.api.intercept.Interests;
import dev.postern.api.intercept.UndecodedMessage;
import dev.postern.api.message.Bind;
import dev.postern.api.message.Close;
import dev.postern.api.message.CommandComplete;
import dev.postern.api.message.CopyData;
import dev.postern.api.message.CopyDone;
import dev.postern.api.message.CopyFail;
import dev.postern.api.message.CopyInResponse;
import dev.postern.api.message.DataRow;
import dev.postern.api.message.Describe;
import dev.postern.api.message.EmptyQueryResponse;
import dev.postern.api.message.ErrorResponse;
import dev.postern.api.message.Execute;
import dev.postern.api.message.FunctionCall;
import dev.postern.api.message.Parse;
import dev.postern.api.message.ParseComplete;
import dev.postern.api.message.PortalSuspended;
import dev.postern.api.message.Query;
import dev.postern.api.message.ReadyForQuery;
import dev.postern.api.message.Sync;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Declares for a session what its limits need to see, and no more.
 *
 * @param statements whether it matters which statement it is
 * @param slots whether it matters how many run
 * @param sent whether it matters how much is sent
 * @param results whether it matters how much comes back
 * @param replication whether COPY data is a stream of its own
 */
record Declaration(
    boolean statements, boolean slots, boolean sent, boolean results, boolean replication) {

  static Declaration of(List<Limit> limits, boolean replication) {
    return new Declaration(
        limits.stream().anyMatch(Limit::looksAtStatements),
        limits.stream().anyMatch(limit -> limit.concurrent() > 0),
        limits.stream().anyMatch(limit -> limit.sentBytes() != null),
        limits.stream().anyMatch(Limit::countsResults),
        replication);
  }

  void declare(Interests interests, SessionLimits session) {
    interests
        .interceptFrontend(
            Query.class, query -> session.query(query.sql(), sent ? length(query.sql()) : 0))
        .interceptFrontend(Execute.class, execute -> session.execute(execute.portal()))
        .interceptFrontend(
            FunctionCall.class,
            call -> session.functionCall(call.functionOid(), sent ? length(call.arguments()) : 0))
        .observeFrontend(Sync.class, sync -> session.sync())
        .observeFrontend(CopyDone.class, done -> session.copyInEnded())
        .observeFrontend(CopyFail.class, fail -> session.copyInEnded())
        .observeBackend(CommandComplete.class, complete -> session.commandComplete(complete.rows()))
        .observeBackend(EmptyQueryResponse.class, empty -> session.executed())
        .observeBackend(PortalSuspended.class, suspended -> session.executed())
        .observeBackend(CopyInResponse.class, response -> session.copyInBegan())
        .observeBackend(ErrorResponse.class, error -> session.failed())
        .observeBackend(ReadyForQuery.class, ready -> session.readyForQuery(ready.status()))
        .onUndecoded(message -> undecoded(message, session))
        .onClose(reason -> session.closed());
    if (statements || slots || sent) {
      interests
          .observeFrontend(
              Parse.class,
              parse ->
                  session.parse(parse.statement(), parse.sql(), sent ? length(parse.sql()) : 0))
          .observeFrontend(
              Bind.class,
              bind ->
                  session.bind(
                      bind.portal(), bind.statement(), sent ? length(bind.parameters()) : 0));
    }
    if (statements || slots) {
      interests
          .observeFrontend(Close.class, close -> session.close(close.target(), close.name()))
          .observeFrontend(Describe.class, describe -> session.describe());
    }
    if (statements) {
      interests.observeBackend(ParseComplete.class, complete -> session.parseComplete());
    }
    if (sent && !replication) {
      interests.interceptFrontend(
          CopyData.class, copyData -> session.copyData(copyData.data().length()));
    }
    if (results && !replication) {
      interests
          .observeBackend(DataRow.class, row -> session.row(row.body().length()))
          .observeBackend(CopyData.class, copyData -> session.row(copyData.data().length()));
    }
  }

  /** What is too large to be decoded begins with all that matters here. */
  private void undecoded(UndecodedMessage message, SessionLimits session) {
    MessageStart start = new MessageStart(message.start());
    if (message.fromClient()) {
      switch (message.type()) {
        case 'P' -> session.parse(start.text(), null, sent ? message.length() : 0);
        case 'B' -> session.bind(start.text(), start.wholeText(), sent ? message.length() : 0);
        case 'C' -> session.close(start.target(), start.text());
        case 'D' -> session.describe();
        case 'f' -> session.copyInEnded();
        default -> {}
      }
    } else {
      switch (message.type()) {
        case 'D', 'd' -> session.row(message.length());
        case 'E' -> session.failed();
        case 'G' -> session.copyInBegan();
        default -> {}
      }
    }
  }

  /** In UTF-8. */
  private static long length(String text) {
    long length = text.length();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c >= 0x80) {
        length += c >= 0x800 && !Character.isSurrogate(c) ? 2 : 1;
      }
    }
    return length;
  }

  private static long length(List<@Nullable Bytes> values) {
    long length = 0;
    for (Bytes value : values) {
      length += value == null ? 0 : value.length();
    }
    return length;
  }
}
