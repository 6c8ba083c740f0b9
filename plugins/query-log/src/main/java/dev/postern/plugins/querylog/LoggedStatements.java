package dev.postern.plugins.querylog;

import dev.postern.api.session.SessionInfo;
import java.util.function.Consumer;

/** A line of the logger for each statement. */
final class LoggedStatements implements StatementLog {
  private final LineWriter<StatementLine> writer;

  LoggedStatements(String instance) {
    writer = new LineWriter<>(new LoggerSink(instance), () -> {}, instance);
    writer.start();
  }

  @Override
  public Consumer<EndedStatement> of(SessionInfo session) {
    SessionFacts facts = SessionFacts.of(session);
    return statement -> writer.offer(new StatementLine(facts, statement));
  }

  @Override
  public void close() throws InterruptedException {
    writer.close();
  }
}
