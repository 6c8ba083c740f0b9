package dev.postern.plugins.mask;

import dev.postern.api.intercept.Interests;
import dev.postern.api.intercept.Verdict;
import dev.postern.api.message.Bind;
import dev.postern.api.message.Close;
import dev.postern.api.message.CopyDone;
import dev.postern.api.message.CopyFail;
import dev.postern.api.message.Describe;
import dev.postern.api.message.Execute;
import dev.postern.api.message.Flush;
import dev.postern.api.message.FrontendMessage;
import dev.postern.api.message.FunctionCall;
import dev.postern.api.message.Parse;
import dev.postern.api.message.Query;
import dev.postern.api.message.Sync;
import dev.postern.api.message.Target;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a client sends. A statement that may use masked columns is described before it is bound, so
 * that it can be refused before it has an effect; and each of its portals before it is executed,
 * for what the server knows of the columns then.
 */
final class ClientSide {
  private final Conversation conversation;
  private final Terms terms;
  private final Consumer<String> log;

  ClientSide(Conversation conversation, Terms terms, Consumer<String> log) {
    this.conversation = conversation;
    this.terms = terms;
    this.log = log;
  }

  void declare(Interests interests) {
    // What a handler puts in the place of a message passes the handlers behind it: the Describes of
    // ours are not to be taken for the client's.
    interests
        .observeFrontend(Describe.class, _ -> conversation.describing())
        .interceptFrontend(Query.class, judged(this::query))
        .interceptFrontend(Parse.class, judged(this::parse))
        .interceptFrontend(Bind.class, judged(this::bind))
        .interceptFrontend(Execute.class, judged(this::execute))
        .interceptFrontend(FunctionCall.class, _ -> functionCall())
        .observeFrontend(Close.class, close -> conversation.closing(close.target(), close.name()))
        .observeFrontend(Sync.class, _ -> conversation.syncing())
        .observeFrontend(CopyDone.class, _ -> conversation.pipeline().copyEndSent())
        .observeFrontend(CopyFail.class, _ -> conversation.pipeline().copyEndSent());
  }

  /** Decides of a message when it is known what became of the Query before it. */
  private <M> Function<M, Verdict<FrontendMessage>> judged(
      Function<M, Verdict<FrontendMessage>> decision) {
    return message -> {
      CompletableFuture<Void> unjudged = conversation.unjudged();
      return unjudged == null
          ? decision.apply(message)
          : Verdict.later(unjudged.thenCompose(_ -> stage(decision.apply(message))));
    };
  }

  private static CompletionStage<Verdict<FrontendMessage>> stage(Verdict<FrontendMessage> verdict) {
    return verdict instanceof Verdict.Later<FrontendMessage>(var later)
        ? later
        : CompletableFuture.completedStage(verdict);
  }

  private Verdict<FrontendMessage> query(Query query) {
    if (conversation.isFailed()) {
      return inFailedTransaction(query);
    }
    Rules rules = terms.rules();
    Reading reading =
        rules == null ? Reading.refused(Answers.NOT_APPLICABLE) : read(query.sql(), rules);
    String refusal = reading.refusal() != null ? reading.refusal() : foreseen(reading.outlook());
    if (refusal != null) {
      conversation.querying(Reading.NOTHING);
      return refuse(refusal);
    }
    if (reading.keepsQuery()) {
      conversation.queryIsKept();
    }
    conversation.querying(reading);
    return Verdict.forward();
  }

  /** Why a Query must not begin, though it would be known later only what it shows. */
  private @Nullable String foreseen(Outlook outlook) {
    return switch (outlook) {
      case CLEAR -> null;
      case UNPROVEN ->
          terms.refusesUnprovable()
              ? "among statements with an effect, one may show what is computed from masked values;"
                  + " send it by itself"
              : null;
      case UNMASKABLE -> "a column of its result cannot be masked";
    };
  }

  private Reading read(String sql, Rules rules) {
    return StatementReading.of(
        sql, rules.vocabulary(), conversation.isQueryKept(), !terms.refusesCopyTo());
  }

  private Verdict<FrontendMessage> parse(Parse parse) {
    if (conversation.isFailed()) {
      return inFailedTransaction(parse);
    }
    Rules rules = terms.rules();
    Reading reading =
        rules == null ? Reading.refused(Answers.NOT_APPLICABLE) : read(parse.sql(), rules);
    if (reading.refusal() != null) {
      return refuseUntilSync(reading.refusal());
    }
    Prepared statement = new Prepared(reading);
    if (!conversation.parsing(parse.statement(), statement) || reading.quiet()) {
      return Verdict.forward();
    }
    Describe check = new Describe(Target.STATEMENT, parse.statement());
    conversation.checking(statement);
    if (reading.use() != Use.USES) {
      return Verdict.replace(List.of(parse, check));
    }
    conversation.queryIsKept();
    return Verdict.replace(List.of(parse, check, new Flush()));
  }

  private Verdict<FrontendMessage> bind(Bind bind) {
    if (conversation.isFailed()) {
      return failUntilSync();
    }
    Prepared statement = conversation.statement(bind.statement());
    if (statement == null || !statement.guarded) {
      conversation.binding(bind.portal(), statement);
      return Verdict.forward();
    }
    if (statement.checked.isDone()) {
      return bindChecked(bind, statement);
    }
    CompletionStage<Verdict<FrontendMessage>> later =
        statement.checked.thenApply(_ -> bindChecked(bind, statement));
    return Verdict.later(later);
  }

  private Verdict<FrontendMessage> bindChecked(Bind bind, Prepared statement) {
    if (statement.refusal != null) {
      return refuseUntilSync(statement.refusal);
    }
    conversation.binding(bind.portal(), statement);
    return Verdict.forward();
  }

  private Verdict<FrontendMessage> execute(Execute execute) {
    if (conversation.isFailed()) {
      return failUntilSync();
    }
    Prepared statement = conversation.portal(execute.portal());
    boolean check = statement == null || statement.guarded;
    return conversation.executing(statement, check) && check
        ? Verdict.replace(List.of(new Describe(Target.PORTAL, execute.portal()), execute))
        : Verdict.forward();
  }

  private Verdict<FrontendMessage> functionCall() {
    conversation.querying(Reading.NOTHING);
    return refuse("of what a function shows nothing is known");
  }

  /** The server's transaction goes on: what comes now has to end it, or to fail in it. */
  private Verdict<FrontendMessage> inFailedTransaction(Query query) {
    return switch (TransactionEnd.of(query.sql())) {
      case ROLLBACK -> {
        conversation.setFailed(false);
        conversation.querying(Reading.NOTHING);
        yield Verdict.forward();
      }
      case COMMIT -> {
        conversation.setFailed(false);
        conversation.querying(Reading.NOTHING);
        yield Verdict.replace(new Query("ROLLBACK"));
      }
      case NONE -> {
        conversation.querying(Reading.NOTHING);
        yield fail();
      }
    };
  }

  /**
   * A ROLLBACK may be prepared. A COMMIT may not: what stands for it here would do so whenever the
   * client commits by its name.
   */
  private Verdict<FrontendMessage> inFailedTransaction(Parse parse) {
    if (TransactionEnd.of(parse.sql()) != TransactionEnd.ROLLBACK) {
      return failUntilSync();
    }
    conversation.setFailed(false);
    conversation.parsing(parse.statement(), new Prepared(Reading.NOTHING));
    return Verdict.forward();
  }

  private Verdict<FrontendMessage> failUntilSync() {
    conversation.refusing();
    return fail();
  }

  private Verdict<FrontendMessage> fail() {
    conversation.setFailed(false);
    return Answers.failedTransaction();
  }

  private Verdict<FrontendMessage> refuseUntilSync(String why) {
    conversation.refusing();
    return refuse(why);
  }

  private Verdict<FrontendMessage> refuse(String why) {
    log.accept(why);
    return Answers.refuse(why);
  }
}
