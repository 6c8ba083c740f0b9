package dev.postern.plugins.audit;

import dev.postern.api.SqlState;
import dev.postern.api.intercept.Interests;
import dev.postern.api.intercept.NameChanges;
import dev.postern.api.intercept.Pipeline.Request;
import dev.postern.api.intercept.UndecodedMessage;
import dev.postern.api.intercept.Verdict;
import dev.postern.api.message.Bind;
import dev.postern.api.message.BindComplete;
import dev.postern.api.message.Close;
import dev.postern.api.message.CloseComplete;
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
import dev.postern.api.message.FrontendMessage;
import dev.postern.api.message.FunctionCall;
import dev.postern.api.message.FunctionCallResponse;
import dev.postern.api.message.NoData;
import dev.postern.api.message.Parse;
import dev.postern.api.message.ParseComplete;
import dev.postern.api.message.PortalSuspended;
import dev.postern.api.message.Query;
import dev.postern.api.message.ReadyForQuery;
import dev.postern.api.message.RowDescription;
import dev.postern.api.message.Sync;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one session asks for: statements are put on record before they go on. Keeps the names that
 * they have, and hands what is asked to {@link Answers}, which finds the results. Where it is not
 * known any more which answer is for what, nothing more can be asked. Used by the session's event
 * loop only.
 */
final class SessionAudit {
  static final String OUT_OF_ORDER =
      "the audit log cannot tell any more which answer is for which statement";

  private final AuditConfig config;
  private final Recorder recorder;
  private final Names names;
  private final Answers answers;
  private final boolean keepParameters;
  private final int maxLength;

  SessionAudit(AuditConfig config, Recorder recorder) {
    this.config = config;
    this.recorder = recorder;
    this.names = new Names(recorder::named);
    this.answers = new Answers(recorder, names, config.effectiveSizes());
    this.keepParameters = config.effectiveKeepParameters();
    this.maxLength = config.effectiveMaxLength();
  }

  /**
   * The server's messages are observed and not decided upon, which costs less; a session whose
   * order is lost ends with the next message of its client.
   */
  void declare(Interests interests) {
    interests
        .observeFrontend(Bind.class, this::bind)
        .observeFrontend(CopyDone.class, done -> answers.copyEndSent())
        .observeFrontend(CopyFail.class, fail -> answers.copyEndSent())
        .interceptFrontend(Describe.class, this::describe)
        .interceptFrontend(Close.class, this::close)
        .interceptFrontend(Sync.class, sync -> sync())
        .interceptFrontend(Execute.class, this::execute)
        .interceptFrontend(FunctionCall.class, this::call)
        .interceptFrontend(Query.class, query -> query(query.sql()));
    if (config.refuses()) {
      // Decided upon, so that one that cannot be read whole does not pass.
      interests.interceptFrontend(
          Parse.class, parse -> parse(parse.statement(), parse.sql(), true));
    } else {
      interests.observeFrontend(Parse.class, parse -> parse(parse.statement(), parse.sql(), true));
    }
    interests
        .observeBackend(ParseComplete.class, complete -> answers.parseComplete())
        .observeBackend(BindComplete.class, complete -> answers.bindComplete())
        .observeBackend(CloseComplete.class, complete -> answers.closeComplete())
        .observeBackend(RowDescription.class, description -> answers.described())
        .observeBackend(NoData.class, none -> answers.described())
        .observeBackend(CopyInResponse.class, began -> answers.copyInBegan())
        .observeBackend(CommandComplete.class, answers::commandComplete)
        .observeBackend(EmptyQueryResponse.class, empty -> answers.emptyQuery())
        .observeBackend(PortalSuspended.class, suspended -> answers.portalSuspended())
        .observeBackend(FunctionCallResponse.class, answers::functionCallResponse)
        .observeBackend(ErrorResponse.class, error -> answers.error(code(error.sqlState())))
        .observeBackend(ReadyForQuery.class, ready -> answers.readyForQuery(ready.status()));
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

  private Verdict<FrontendMessage> unlessLost(Verdict<FrontendMessage> verdict) {
    return answers.isLost()
        ? Verdict.terminate(SqlState.PROTOCOL_VIOLATION, OUT_OF_ORDER)
        : verdict;
  }

  /** What is too large to be decoded begins with all that matters here, but for a long name. */
  private void undecoded(UndecodedMessage message) {
    MessageStart start = new MessageStart(message.start());
    int length = message.length() - Integer.BYTES;
    if (message.fromClient()) {
      switch (message.type()) {
        case 'P' -> parse(start.text(), start.text(), false);
        case 'B' -> {
          String portal = start.text();
          bound(portal, start.isAtEnd() ? null : start.text(), null);
        }
        case 'c', 'f' -> answers.copyEndSent();
        case 'd' -> answers.copyIn(length);
        default -> {}
      }
    } else {
      switch (message.type()) {
        case 'D' -> answers.row(length);
        case 'd' -> answers.copyOut(length);
        case 'T' -> answers.described();
        case 'V' -> answers.functionResult(length);
        case 'E' -> {
          String sqlState = start.field('C');
          answers.error(sqlState.isEmpty() ? null : sqlState);
        }
        default -> {}
      }
    }
  }

  private Verdict<FrontendMessage> query(String sql) {
    if (answers.isLost()) {
      return unlessLost(Verdict.forward());
    }
    Asked asked =
        recorder.wants(sql) ? recorder.query(StatementText.of(sql, maxLength)) : Asked.UNRECORDED;
    boolean runs =
        answers.running(Request.QUERY, new Pending.SimpleQuery(asked.number(), answers.now()));
    NameChanges changes = runs ? NameChanges.of(sql) : NameChanges.NONE;
    if (!changes.isNone()) {
      names.changeBySql(changes, Redaction.speaksOfPassword(sql));
    }
    return unlessLost(asked.verdict());
  }

  /**
   * @param whole whether nothing is missing at the end
   */
  private Verdict<FrontendMessage> parse(String name, String sql, boolean whole) {
    if (answers.isLost()) {
      return unlessLost(Verdict.forward());
    }
    StatementText text =
        whole
            ? StatementText.prepared(sql, maxLength, recorder.wants(sql))
            : StatementText.beginning(sql, maxLength);
    Prepared statement = names.parsing(name, text, answers.cycle(), answers.now());
    answers.asked(Request.PARSE, statement);
    if (statement.isUnnamed() || statement.onRecord) {
      return unlessLost(Verdict.forward());
    }
    statement.onRecord = true;
    if (!config.refuses()) {
      recorder.named(statement); // nothing is held that is not decided upon
      return unlessLost(Verdict.forward());
    }
    Verdict<FrontendMessage> verdict = recorder.prepared(statement);
    statement.refused = verdict instanceof Verdict.Reject<?>;
    return unlessLost(verdict);
  }

  private void bind(Bind bind) {
    bound(
        bind.portal(),
        bind.statement(),
        keepParameters
            ? BoundValues.of(bind.parameterFormats(), bind.parameters(), maxLength)
            : null);
  }

  /**
   * @param statement its name; {@code null} if it is not known
   */
  private void bound(
      String portal, @Nullable String statement, @Nullable List<@Nullable String> values) {
    long cycle = answers.cycle();
    Prepared prepared =
        statement == null ? names.statementOfSomeName() : names.statement(statement, cycle);
    Portal bound =
        new Portal(portal, prepared, prepared.text().isSecret() ? null : values, answers.now());
    answers.asked(Request.BIND, names.binding(portal, bound, cycle));
  }

  private Verdict<FrontendMessage> describe(Describe describe) {
    answers.asked(
        Request.DESCRIBE, names.described(describe.target(), describe.name(), answers.cycle()));
    return unlessLost(Verdict.forward());
  }

  private Verdict<FrontendMessage> close(Close close) {
    answers.asked(Request.CLOSE, names.closing(close.target(), close.name(), answers.cycle()));
    return unlessLost(Verdict.forward());
  }

  private Verdict<FrontendMessage> execute(Execute execute) {
    if (answers.isLost()) {
      return unlessLost(Verdict.forward());
    }
    Portal portal = names.portal(execute.portal(), answers.cycle());
    Asked asked = recorder.execution(portal);
    boolean runs =
        answers.running(
            Request.EXECUTE,
            new Pending.Execution(asked.number(), portal, execute.maxRows(), answers.now()));
    if (runs) {
      names.changeBySql(portal.text().changes(), portal.text().isSecret());
    }
    return unlessLost(asked.verdict());
  }

  private Verdict<FrontendMessage> call(FunctionCall call) {
    if (answers.isLost()) {
      return unlessLost(Verdict.forward());
    }
    Asked asked =
        recorder.function(
            Integer.toUnsignedLong(call.functionOid()),
            keepParameters
                ? BoundValues.of(call.argumentFormats(), call.arguments(), maxLength)
                : null);
    answers.running(Request.FUNCTION_CALL, new Pending.Call(asked.number(), answers.now()));
    return unlessLost(asked.verdict());
  }

  private Verdict<FrontendMessage> sync() {
    answers.synced();
    return unlessLost(Verdict.forward());
  }
}
