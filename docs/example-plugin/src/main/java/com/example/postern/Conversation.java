package com.example.postern;

import static dev.postern.api.message.Target.PORTAL;
import static dev.postern.api.message.Target.STATEMENT;

import dev.postern.api.intercept.Interests;
import dev.postern.api.intercept.Pipeline;
import dev.postern.api.intercept.Pipeline.Request;
import dev.postern.api.message.*;
import org.jspecify.annotations.Nullable;

/** Tells {@link Statements} of all messages that count. */
record Conversation(Statements all, Pipeline<Statements.Asked> pipeline) {
  void observe(Interests interests) {
    interests
        .observeFrontend(Query.class, it -> all.run(Request.QUERY, it.sql()))
        .observeFrontend(FunctionCall.class, it -> all.ask(Request.FUNCTION_CALL, "FunctionCall"))
        .observeFrontend(Parse.class, this::parse)
        .observeFrontend(Bind.class, this::bind)
        .observeFrontend(Close.class, it -> all.name(Request.CLOSE, it.target(), it.name(), null))
        .observeFrontend(Describe.class, it -> all.ask(Request.DESCRIBE, "Describe"))
        .observeFrontend(Execute.class, this::execute)
        .observeFrontend(Sync.class, it -> all.ask(Request.SYNC, "Sync"))
        .observeFrontend(CopyDone.class, it -> pipeline.copyEndSent())
        .observeFrontend(CopyFail.class, it -> pipeline.copyEndSent())
        .observeBackend(ParseComplete.class, it -> done(pipeline.parseComplete()))
        .observeBackend(BindComplete.class, it -> done(pipeline.bindComplete()))
        .observeBackend(CloseComplete.class, it -> done(pipeline.closeComplete()))
        .observeBackend(RowDescription.class, it -> pipeline.described())
        .observeBackend(NoData.class, it -> pipeline.described())
        .observeBackend(CopyInResponse.class, it -> pipeline.copyInBegan())
        .observeBackend(CommandComplete.class, it -> pipeline.executed())
        .observeBackend(EmptyQueryResponse.class, it -> pipeline.executed())
        .observeBackend(PortalSuspended.class, it -> pipeline.executed())
        .observeBackend(FunctionCallResponse.class, it -> pipeline.functionReturned())
        .observeBackend(ReadyForQuery.class, it -> pipeline.ready());
  }

  private void parse(Parse parse) {
    all.name(Request.PARSE, STATEMENT, parse.statement(), parse.sql());
  }

  private void execute(Execute execute) {
    all.run(Request.EXECUTE, all.text(PORTAL, execute.portal()));
  }

  private void bind(Bind bind) {
    all.name(Request.BIND, PORTAL, bind.portal(), all.text(STATEMENT, bind.statement()));
  }

  private static void done(Statements.@Nullable Asked asked) {
    if (asked != null && asked.name() != null) {
      asked.name().confirmed();
    }
  }
}
