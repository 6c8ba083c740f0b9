package dev.postern.plugins.querylog;

import dev.postern.api.intercept.Interests;
import dev.postern.api.intercept.MessageInterceptor;
import dev.postern.api.session.SessionInfo;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Safe for use by many threads; what belongs to a session lives in its {@link StatementTracker}.
 */
final class QueryLog implements MessageInterceptor {
  private final QueryLogConfig config;
  private final StatementLog log;
  private final LongSupplier nanoTime;
  private final int maxLength;
  private final boolean redact;
  private final long slowerThanNanos;

  QueryLog(QueryLogConfig config, StatementLog log, LongSupplier nanoTime) {
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
      new StatementTracker(
              nanoTime,
              sql -> SqlText.of(sql, maxLength, redact),
              statement -> ended(lines, statement))
          .declare(interests);
    }
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
