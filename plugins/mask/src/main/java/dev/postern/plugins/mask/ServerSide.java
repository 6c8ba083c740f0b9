package dev.postern.plugins.mask;

import dev.postern.api.SqlState;
import dev.postern.api.intercept.Interests;
import dev.postern.api.intercept.Pipeline;
import dev.postern.api.intercept.Pipeline.Request;
import dev.postern.api.intercept.Verdict;
import dev.postern.api.message.BackendMessage;
import dev.postern.api.message.BindComplete;
import dev.postern.api.message.CloseComplete;
import dev.postern.api.message.CommandComplete;
import dev.postern.api.message.CopyBothResponse;
import dev.postern.api.message.CopyInResponse;
import dev.postern.api.message.CopyOutResponse;
import dev.postern.api.message.DataRow;
import dev.postern.api.message.EmptyQueryResponse;
import dev.postern.api.message.ErrorOrNotice;
import dev.postern.api.message.ErrorResponse;
import dev.postern.api.message.FunctionCallResponse;
import dev.postern.api.message.NoData;
import dev.postern.api.message.NoticeResponse;
import dev.postern.api.message.ParameterDescription;
import dev.postern.api.message.ParseComplete;
import dev.postern.api.message.PortalSuspended;
import dev.postern.api.message.ReadyForQuery;
import dev.postern.api.message.RowDescription;
import dev.postern.api.message.TransactionStatus;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What the server answers. One that fits no request ends the session, since nothing can be said of
 * it.
 */
final class ServerSide {
  private static final String OUT_OF_ORDER = "an answer of the server fits no request";

  private final Conversation conversation;
  private final Pipeline<Pending> pipeline;
  private final Terms terms;
  private final Consumer<String> log;

  /** What becomes of the rows that come now; {@code null}: they have not been described. */
  private ResultGate.@Nullable Open result;

  /** What came of asking the catalog for the result that is described now. */
  private @Nullable CompletableFuture<Boolean> answered;

  /** How many statements of the Query that is answered now have been carried out. */
  private int statements;

  /** Whether what the server says up to ReadyForQuery stays here: the client has its error. */
  private boolean discarding;

  ServerSide(Conversation conversation, Terms terms, Consumer<String> log) {
    this.conversation = conversation;
    this.pipeline = conversation.pipeline();
    this.terms = terms;
    this.log = log;
  }

  void declare(Interests interests) {
    // An ErrorResponse in the place of a RowDescription is not to be taken for the server's.
    interests
        .interceptBackend(DataRow.class, this::row)
        .interceptBackend(ErrorResponse.class, this::error)
        .interceptBackend(RowDescription.class, this::askForUnknown)
        .interceptBackend(RowDescription.class, this::described)
        .interceptBackend(ParseComplete.class, _ -> parseComplete())
        .interceptBackend(BindComplete.class, _ -> bindComplete())
        .interceptBackend(CloseComplete.class, _ -> closeComplete())
        .interceptBackend(ParameterDescription.class, _ -> parameters())
        .interceptBackend(NoData.class, _ -> noData())
        .interceptBackend(CommandComplete.class, _ -> executed())
        .interceptBackend(EmptyQueryResponse.class, _ -> executed())
        .interceptBackend(PortalSuspended.class, _ -> executed())
        .interceptBackend(CopyInResponse.class, _ -> copyIn())
        .interceptBackend(CopyOutResponse.class, _ -> copyOut())
        .interceptBackend(CopyBothResponse.class, _ -> end(OUT_OF_ORDER))
        .interceptBackend(FunctionCallResponse.class, _ -> end(OUT_OF_ORDER))
        .interceptBackend(NoticeResponse.class, this::notice)
        .interceptBackend(ReadyForQuery.class, this::ready);
  }

  /**
   * A table that the catalog did not have: it may be new. Waits for the server's answer; then the
   * next handler decides, on the event loop.
   */
  private Verdict<BackendMessage> askForUnknown(RowDescription description) {
    Rules rules = terms.rules();
    answered = null;
    if (rules == null || discarding || !rules.hasUnknown(description)) {
      return Verdict.forward();
    }
    CompletableFuture<Boolean> asking = terms.source().ask();
    answered = asking;
    return Verdict.later(asking.handle((_, _) -> Verdict.forward()));
  }

  private boolean hasAnswered() {
    CompletableFuture<Boolean> asked = answered;
    return asked != null && !asked.isCompletedExceptionally() && asked.getNow(false);
  }

  private Verdict<BackendMessage> described(RowDescription description) {
    Request request = pipeline.firstRequest();
    Pending described = pipeline.described();
    if (pipeline.isLost()) {
      return end(OUT_OF_ORDER);
    }
    if (request == Request.DESCRIBE && described == null) {
      return Verdict.forward();
    }
    if (discarding) {
      return Verdict.drop();
    }
    Rules rules = terms.rules();
    if (rules == null) {
      return end(Answers.NOT_APPLICABLE);
    }
    ResultGate gate = ResultGate.of(description, resultUse(described), rules, terms, hasAnswered());
    return switch (described) {
      case Pending.StatementCheck(Prepared statement) -> {
        checked(statement, gate);
        yield Verdict.drop();
      }
      case Pending.PortalCheck _ ->
          open(gate) ? Verdict.drop() : end(((ResultGate.Closed) gate).why());
      case Pending.Simple(Reading reading) ->
          open(gate) ? Verdict.forward() : refuse(((ResultGate.Closed) gate).why(), reading);
      case null, default -> end(OUT_OF_ORDER);
    };
  }

  private static void checked(Prepared statement, ResultGate gate) {
    if (gate instanceof ResultGate.Closed(String why)) {
      statement.refusal = why;
      statement.guarded = true;
    } else if (gate instanceof ResultGate.Open open && !open.changesNothing()) {
      statement.guarded = true;
    }
    statement.checked.complete(null);
  }

  private boolean open(ResultGate gate) {
    result = gate instanceof ResultGate.Open open ? open : null;
    return result != null;
  }

  /** Nothing had an effect, so the client can be told that it failed, and the session goes on. */
  private Verdict<BackendMessage> refuse(String why, Reading reading) {
    if (!reading.onlyReads()) {
      return end(why);
    }
    log.accept(why);
    discarding = true;
    return Verdict.replace(
        ErrorResponse.error(SqlState.INSUFFICIENT_PRIVILEGE, Answers.refusal(why)));
  }

  /** Of the statement whose result is described, which may be one of several. */
  private Use resultUse(@Nullable Pending request) {
    return request instanceof Pending.Simple(Reading reading)
        ? reading.use(statements)
        : useOf(request);
  }

  private Use useOf(@Nullable Pending request) {
    return switch (request) {
      case Pending.Simple(Reading reading) -> reading.use();
      case Pending.Parsing(var _, Prepared statement) -> statement.reading.use();
      case Pending.StatementCheck(Prepared statement) -> statement.reading.use();
      case Pending.PortalCheck(Prepared statement) -> useOf(statement);
      case Pending.Executing(Prepared statement) -> useOf(statement);
      case Pending.Binding(var _, Prepared statement) -> useOf(statement);
      case null, default -> Use.NONE;
    };
  }

  /** A cursor that SQL has declared is whatever SQL could declare. */
  private Use useOf(@Nullable Prepared statement) {
    if (statement != null) {
      return statement.reading.use();
    }
    return conversation.isQueryKept() ? Use.USES : Use.NONE;
  }

  private Verdict<BackendMessage> row(DataRow row) {
    if (discarding) {
      return Verdict.drop();
    }
    ResultGate.Open gate = result;
    if (gate == null) {
      boolean plain =
          pipeline.first() instanceof Pending.Executing(Prepared statement)
              && statement != null
              && !statement.guarded;
      return plain ? Verdict.forward() : end(OUT_OF_ORDER);
    }
    if (gate.width() != row.size()) {
      return end(OUT_OF_ORDER);
    }
    return gate.changesNothing() ? Verdict.forward() : Verdict.replace(gate.apply(row));
  }

  private Verdict<BackendMessage> parseComplete() {
    if (pipeline.parseComplete() instanceof Pending.Parsing parsing) {
      conversation.parsed(parsing);
      return Verdict.forward();
    }
    return end(OUT_OF_ORDER);
  }

  private Verdict<BackendMessage> bindComplete() {
    if (pipeline.bindComplete() instanceof Pending.Binding binding) {
      conversation.bound(binding);
      return Verdict.forward();
    }
    return end(OUT_OF_ORDER);
  }

  private Verdict<BackendMessage> closeComplete() {
    if (pipeline.closeComplete() instanceof Pending.Closing closing) {
      conversation.closed(closing);
      return Verdict.forward();
    }
    return end(OUT_OF_ORDER);
  }

  private Verdict<BackendMessage> parameters() {
    return pipeline.first() instanceof Pending.StatementCheck ? Verdict.drop() : Verdict.forward();
  }

  private Verdict<BackendMessage> noData() {
    Request request = pipeline.firstRequest();
    Pending described = pipeline.described();
    if (pipeline.isLost() || request != Request.DESCRIBE) {
      return end(OUT_OF_ORDER);
    }
    return switch (described) {
      case null -> Verdict.forward();
      case Pending.StatementCheck(Prepared statement) -> {
        statement.checked.complete(null);
        yield Verdict.drop();
      }
      case Pending.PortalCheck _ -> Verdict.drop();
      default -> end(OUT_OF_ORDER);
    };
  }

  private Verdict<BackendMessage> executed() {
    result = null;
    statements += pipeline.first() instanceof Pending.Simple ? 1 : 0;
    pipeline.executed();
    if (pipeline.isLost()) {
      return end(OUT_OF_ORDER);
    }
    return discarding ? Verdict.drop() : Verdict.forward();
  }

  private Verdict<BackendMessage> copyIn() {
    pipeline.copyInBegan();
    conversation.judged(pipeline.first());
    return pipeline.isLost() ? end(OUT_OF_ORDER) : Verdict.forward();
  }

  private Verdict<BackendMessage> copyOut() {
    boolean foreseen =
        switch (pipeline.first()) {
          case Pending.Simple(Reading reading) -> reading.copiesOut();
          case Pending.Executing(Prepared statement) ->
              statement != null && statement.reading.copiesOut();
          case null, default -> false;
        };
    return foreseen ? Verdict.forward() : end("COPY TO was not foreseen");
  }

  private Verdict<BackendMessage> error(ErrorResponse error) {
    Use use = useOf(pipeline.first());
    result = null;
    Pending failed = pipeline.failed(conversation::abandon);
    if (pipeline.isLost()) {
      return end(OUT_OF_ORDER);
    }
    if (failed != null) {
      conversation.abandon(failed);
    }
    if (discarding) {
      return Verdict.drop();
    }
    return isWithheld(error, use)
        ? Verdict.replace(new ErrorResponse(ErrorTexts.withheld(error)))
        : Verdict.forward();
  }

  private Verdict<BackendMessage> notice(NoticeResponse notice) {
    return isWithheld(notice, useOf(pipeline.first()))
        ? Verdict.replace(new NoticeResponse(ErrorTexts.withheld(notice)))
        : Verdict.forward();
  }

  private boolean isWithheld(ErrorOrNotice message, Use use) {
    if (!terms.withholdsErrors() || !ErrorTexts.canQuote(message)) {
      return false;
    }
    if (use != Use.NONE) {
      return true;
    }
    Rules rules = terms.rules();
    String table = message.table();
    return rules == null
        || (table != null
            && rules.vocabulary().isGuarded(new Token(Token.Kind.QUOTED, Lexer.name(table))));
  }

  private Verdict<BackendMessage> ready(ReadyForQuery ready) {
    result = null;
    statements = 0;
    Pending answered = pipeline.ready();
    if (pipeline.isLost()) {
      return end(OUT_OF_ORDER);
    }
    if (ready.status() == TransactionStatus.IDLE) {
      conversation.transactionEnded();
      conversation.setFailed(false);
    } else if (discarding && ready.status() == TransactionStatus.IN_TRANSACTION) {
      conversation.setFailed(true);
    }
    discarding = false;
    boolean failed = conversation.isFailed();
    conversation.judged(answered);
    return failed
        ? Verdict.replace(new ReadyForQuery(TransactionStatus.FAILED))
        : Verdict.forward();
  }

  private Verdict<BackendMessage> end(String why) {
    log.accept(why);
    return Answers.end(why);
  }
}
