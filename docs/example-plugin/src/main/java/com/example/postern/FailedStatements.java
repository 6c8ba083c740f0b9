package com.example.postern;

import dev.postern.api.PluginContext;
import dev.postern.api.intercept.MessageInterceptor;
import dev.postern.api.intercept.MessageInterceptorFactory;
import dev.postern.api.message.ErrorResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says in the log which statements fail, in pipelines and under names too. */
public final class FailedStatements implements MessageInterceptorFactory<FailedStatements.Config> {
  private static final Logger log = LoggerFactory.getLogger(FailedStatements.class);

  public record Config() {}

  @Override
  public String name() {
    return "failed-statements";
  }

  @Override
  public Class<Config> configType() {
    return Config.class;
  }

  @Override
  public MessageInterceptor create(Config config, PluginContext context) {
    return (session, interests) -> {
      Statements statements = new Statements();
      new Conversation(statements, statements.pipeline).observe(interests);
      interests.observeBackend(
          ErrorResponse.class, error -> failed(session.sessionId(), statements, error));
    };
  }

  private static void failed(String sessionId, Statements statements, ErrorResponse error) {
    var asked = statements.pipeline.failed(FailedStatements::notGiven);
    if (asked != null) {
      notGiven(asked);
      log.atWarn()
          .addKeyValue("sessionId", sessionId)
          .addKeyValue("sqlState", error.sqlState())
          .log("failed: {}", asked.sql());
    }
  }

  private static void notGiven(Statements.Asked asked) {
    if (asked.name() != null) {
      asked.name().failed();
    }
  }
}
