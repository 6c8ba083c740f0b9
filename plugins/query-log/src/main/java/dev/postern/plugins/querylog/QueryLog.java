package dev.postern.plugins.querylog;

import dev.postern.api.intercept.Interests;
import dev.postern.api.intercept.MessageInterceptor;
import dev.postern.api.session.SessionInfo;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Safe for use by many threads; what belongs to a session lives in its {@link StatementTracker}.
 */
final class QueryLog implements MessageInterceptor {
  private static final Logger logger = LoggerFactory.getLogger(QueryLog.class);

  private final String instance;
  private final QueryLogConfig config;
  private final StatementLog log;
  private final LongSupplier nanoTime;
  private final int maxLength;
  private final boolean redact;
  private final long slowerThanNanos;

  QueryLog(String instance, QueryLogConfig config, StatementLog log, LongSupplier nanoTime) {
    this.instance = instance;
    this.config = config;
    this.log = log;
    this.nanoTime = nanoTime;
    this.maxLength = config.effectiveMaxLength();
    this.redact = config.effectiveRedactLiterals();
    this.slowerThanNanos = config.effectiveSlowerThan().toNanos();
  }

  /** Files are written by a thread of their own. */
  @Override
  public boolean mayBlock() {
    return false;
  }

  @Override
  public void open(SessionInfo session, Interests interests) {
    if (config.wants(session.user().name(), session.startup().database())) {
      Consumer<EndedStatement> lines = log.of(session);
      StatementTracker tracker =
          new StatementTracker(
              nanoTime, statement -> ended(lines, statement), () -> lost(session.sessionId()));
      new Observation(sql -> SqlText.of(sql, maxLength, redact), tracker).declare(interests);
    }
  }

  private void lost(String session) {
    logger
        .atWarn()
        .addKeyValue("plugin", instance)
        .addKeyValue("sessionId", session)
        .log("the query log has lost the order of a session, and logs nothing more of it");
  }

  /** Writes what is still queued. */
  @Override
  public void close() throws InterruptedException {
    log.close();
  }

  private void ended(Consumer<EndedStatement> lines, EndedStatement statement) {
    if (statement.outcome() != Outcome.COMPLETED || statement.durationNanos() >= slowerThanNanos) {
      lines.accept(statement);
    }
  }
}
