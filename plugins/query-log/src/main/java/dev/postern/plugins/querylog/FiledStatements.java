package dev.postern.plugins.querylog;

import dev.postern.api.session.SessionInfo;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A line of a file for each statement. Event loops write lines themselves, each to a page of its
 * own, because handing over a line costs more than making it.
 */
final class FiledStatements implements StatementLog {
  private final LineWriter<Page> writer;
  private final InstantSource clock;
  private final Map<Thread, Desk> desks = new ConcurrentHashMap<>();

  FiledStatements(Path file, String instance, InstantSource clock) throws IOException {
    this.clock = clock;
    writer = new LineWriter<>(new PageSink(file), this::gather, instance);
    writer.start();
  }

  @Override
  public Consumer<EndedStatement> of(SessionInfo session) {
    return new OfSession(SessionFacts.of(session).json());
  }

  private final class OfSession implements Consumer<EndedStatement> {
    private final byte[] facts;
    private @Nullable Desk desk;

    OfSession(byte[] facts) {
      this.facts = facts;
    }

    @Override
    public void accept(EndedStatement statement) {
      Desk here = desk;
      if (here == null || !here.isOf(Thread.currentThread())) {
        here = desks.computeIfAbsent(Thread.currentThread(), FiledStatements.this::newDesk);
        desk = here;
      }
      here.write(facts, statement);
    }
  }

  private Desk newDesk(Thread loop) {
    return new Desk(loop, writer, new WallClock(clock));
  }

  private void gather() {
    desks.values().forEach(Desk::clear);
  }

  @Override
  public void close() throws InterruptedException {
    writer.close();
  }
}
