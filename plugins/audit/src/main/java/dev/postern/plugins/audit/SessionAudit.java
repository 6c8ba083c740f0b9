package dev.postern.plugins.audit;

import dev.postern.api.SqlState;
import dev.postern.api.intercept.Interests;
import dev.postern.api.intercept.UndecodedMessage;
import dev.postern.api.intercept.Verdict;
import dev.postern.api.message.Bind;
import dev.postern.api.message.Close;
import dev.postern.api.message.CommandComplete;
import dev.postern.api.message.CopyData;
import dev.postern.api.message.CopyDone;
import dev.postern.api.message.CopyFail;
import dev.postern.api.message.DataRow;
import dev.postern.api.message.EmptyQueryResponse;
import dev.postern.api.message.ErrorResponse;
import dev.postern.api.message.Execute;
import dev.postern.api.message.FrontendMessage;
import dev.postern.api.message.FunctionCall;
import dev.postern.api.message.FunctionCallResponse;
import dev.postern.api.message.Parse;
import dev.postern.api.message.PortalSuspended;
import dev.postern.api.message.Query;
import dev.postern.api.message.ReadyForQuery;
import dev.postern.api.message.Sync;
import dev.postern.api.message.Target;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one session asks for: statements are put on record before they go on. Keeps the names that
 * they have, and hands what is asked to {@link Answers}, which finds the results. Used by the
 * session's event loop only.
 */
final class SessionAudit {
  private final AuditConfig config;
  private final Recorder recorder;
  private final Names names;
  private final Answers answers;
  private final boolean keepParameters;
  private final int maxLength;

  /** What was parsed or bound since the last Execute, Query or Sync. */
  private @Nullable StatementText prepared;

  SessionAudit(AuditConfig config, Recorder recorder) {
    this.config = config;
    this.recorder = recorder;
    this.names = new Names(recorder::forgotten);
    this.answers = new Answers(recorder, config.effectiveSizes());
    this.keepParameters = config.effectiveKeepParameters();
    this.maxLength = config.effectiveMaxLength();
  }

  void declare(Interests interests) {
    interests
        .observeFrontend(Bind.class, this::bind)
        .observeFrontend(Close.class, close -> names.closed(close.target(), close.name()))
        .observeFrontend(Sync.class, sync -> sync())
        .observeFrontend(CopyDone.class, done -> answers.copyInEnded())
        .observeFrontend(CopyFail.class, fail -> answers.copyInEnded())
        .interceptFrontend(Execute.class, this::execute)
        .interceptFrontend(FunctionCall.class, this::call)
        .interceptFrontend(Query.class, query -> query(query.sql()));
    if (config.refuses()) {
      // Decided upon, so that one that cannot be read whole does not pass.
      interests.interceptFrontend(
          Parse.class,
          parse -> {
            parse(parse.statement(), parse.sql());
            return Verdict.forward();
          });
    } else {
      interests.observeFrontend(Parse.class, parse -> parse(parse.statement(), parse.sql()));
    }
    interests
        .observeBackend(CommandComplete.class, answers::commandComplete)
        .observeBackend(EmptyQueryResponse.class, empty -> answers.emptyQuery())
        .observeBackend(PortalSuspended.class, suspended -> answers.portalSuspended())
        .observeBackend(FunctionCallResponse.class, answers::functionCallResponse)
        .observeBackend(
            ErrorResponse.class, error -> answers.error(code(error.sqlState()), prepared))
        .observeBackend(ReadyForQuery.class, ready -> answers.readyForQuery());
    if (config.effectiveSizes() && config.effectiveKinds().contains(Kind.RESULTS)) {
      interests
          .observeFrontend(CopyData.class, data -> answers.copyIn(data.data().length()))
          .observeBackend(DataRow.class, row -> answers.row(row.body().length()))
          .observeBackend(CopyData.class, data -> answers.copyOut(data.data().length()));
    }
    interests.onUndecoded(this::undecoded).onClose(reason -> answers.sessionEnded());
  }

  private static @Nullable String code(@Nullable SqlState sqlState) {
    return sqlState == null ? null : sqlState.code();
  }

  /** What is too large to be decoded begins with all that matters here. */
  private void undecoded(UndecodedMessage message) {
    MessageStart start = new MessageStart(message.start());
    int length = message.length() - Integer.BYTES;
    if (message.fromClient()) {
      switch (message.type()) {
        case 'P' -> parse(start.text(), start.text());
        case 'B' -> bound(start.text(), start.text(), null);
        case 'f' -> answers.copyInEnded();
        case 'd' -> answers.copyIn(length);
        default -> {}
      }
    } else {
      switch (message.type()) {
        case 'D' -> answers.row(length);
        case 'd' -> answers.copyOut(length);
        case 'V' -> answers.functionResult(length);
        case 'E' -> {
          String sqlState = start.field('C');
          answers.error(sqlState.isEmpty() ? null : sqlState, prepared);
        }
        default -> {}
      }
    }
  }

  private Verdict<FrontendMessage> query(String sql) {
    // A Query takes the place of the unnamed statement and the unnamed portal.
    names.closed(Target.PORTAL, "");
    names.closed(Target.STATEMENT, "");
    prepared = null;
    Asked asked =
        recorder.wants(sql)
            ? recorder.statement("simple", StatementText.of(sql, maxLength), null, 1, null)
            : Asked.UNRECORDED;
    answers.asked(new Pending.SimpleQuery(asked.number(), answers.now()));
    return asked.verdict();
  }

  private void parse(String statement, String sql) {
    prepared = StatementText.of(sql, maxLength, recorder.wants(sql));
    names.parsed(statement, prepared);
  }

  private void bind(Bind bind) {
    bound(
        bind.portal(),
        bind.statement(),
        keepParameters
            ? BoundValues.of(bind.parameterFormats(), bind.parameters(), maxLength)
            : null);
  }

  private void bound(String portal, String statement, @Nullable List<@Nullable String> values) {
    StatementText text = names.statement(statement);
    prepared = text;
    names.bound(
        portal,
        new Portal(text, statement.isEmpty() ? null : statement, text.isSecret() ? null : values));
  }

  private Verdict<FrontendMessage> execute(Execute execute) {
    prepared = null;
    Portal portal = names.portal(execute.portal());
    Asked asked = Asked.UNRECORDED;
    if (portal == null) {
      asked = recorder.statement("extended", StatementText.UNKNOWN, null, 1, null);
    } else if (portal.text.isWanted()) {
      asked =
          recorder.statement(
              "extended", portal.text, portal.prepared, ++portal.fetches, portal.values);
    }
    answers.asked(new Pending.Execution(asked.number(), execute.maxRows(), answers.now()));
    return asked.verdict();
  }

  private Verdict<FrontendMessage> call(FunctionCall call) {
    prepared = null;
    Asked asked =
        recorder.function(
            Integer.toUnsignedLong(call.functionOid()),
            keepParameters
                ? BoundValues.of(call.argumentFormats(), call.arguments(), maxLength)
                : null);
    answers.asked(new Pending.Call(asked.number(), answers.now()));
    return asked.verdict();
  }

  private void sync() {
    answers.asked(new Pending.Boundary(prepared, answers.now()));
    prepared = null;
  }
}
