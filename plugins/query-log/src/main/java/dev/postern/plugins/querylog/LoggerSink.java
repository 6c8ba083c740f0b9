package dev.postern.plugins.querylog;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/** Writes lines as key-value pairs to the logger {@code dev.postern.plugins.querylog}, at INFO. */
final class LoggerSink implements LineSink<StatementLine> {
  private static final Logger log = LoggerFactory.getLogger("dev.postern.plugins.querylog");

  private final String instance;

  LoggerSink(String instance) {
    this.instance = instance;
  }

  @Override
  public void write(StatementLine line) {
    SessionFacts session = line.session();
    EndedStatement statement = line.statement();
    LoggingEventBuilder event =
        log.atInfo()
            .addKeyValue("plugin", instance)
            .addKeyValue("sessionId", session.id())
            .addKeyValue("user", session.user())
            .addKeyValue("database", session.database())
            .addKeyValue("client", session.client())
            .addKeyValue("backend", session.backend())
            .addKeyValue("outcome", statement.outcome().label)
            .addKeyValue("durationMicros", statement.durationMicros());
    CommandTag tag = statement.tag();
    if (tag.command() != null) {
      event = event.addKeyValue("command", OneLine.of(tag.command()));
    }
    if (tag.rows() >= 0) {
      event = event.addKeyValue("rows", tag.rows());
    }
    if (statement.sqlState() != null) {
      event = event.addKeyValue("sqlState", statement.sqlState());
    }
    if (statement.part() > 1) {
      event = event.addKeyValue("part", statement.part());
    }
    event.addKeyValue("sql", statement.sql().shown()).log("statement");
  }

  @Override
  public void dropped(long lines) {
    // The writer's own warning is the mark.
  }

  @Override
  public void flush() {}

  @Override
  public void close() {}
}
