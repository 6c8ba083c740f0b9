package dev.postern.plugins.querylog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.message.CommandComplete;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class LineWriterTest {
  private static final SessionFacts SESSION = new SessionFacts("s1", "u", "d", "c", "b");

  /** Remembers what it got; waits before the first line until a test lets it go on. */
  private static final class MemorySink implements LineSink<StatementLine> {
    final List<String> lines = Collections.synchronizedList(new ArrayList<>());
    final CountDownLatch reached = new CountDownLatch(1);
    final CountDownLatch go = new CountDownLatch(1);
    volatile boolean broken;
    volatile boolean closed;

    @Override
    public void write(StatementLine line) throws IOException {
      reached.countDown();
      try {
        go.await();
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
      if (broken) {
        throw new IOException("no space left");
      }
      lines.add(line.statement().sql().shown());
    }

    @Override
    public void dropped(long count) {
      lines.add("dropped " + count);
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
      closed = true;
    }
  }

  private final MemorySink sink = new MemorySink();
  private final LineWriter<StatementLine> writer = new LineWriter<>(sink, () -> {}, "audit");

  @Test
  void linesAreWrittenInOrderAndAllOfThemBeforeItCloses() throws Exception {
    sink.go.countDown();
    writer.start();
    for (int i = 0; i < 10_000; i++) {
      writer.offer(line("s" + i));
    }
    writer.close();

    assertThat(sink.lines).hasSize(10_000).startsWith("s0", "s1").endsWith("s9999");
    assertThat(sink.closed).isTrue();
  }

  @Test
  void aLineThatComesAfterALongSilenceIsWrittenToo() {
    sink.go.countDown();
    writer.start();
    for (int i = 1; i <= 3; i++) {
      int expected = i;
      writer.offer(line("x"));
      Awaitility.await().until(() -> sink.lines.size() == expected);
    }
  }

  @Test
  void aFullQueueDropsLinesCountsThemAndHoldsNobodyUp() throws Exception {
    writer.start();
    writer.offer(line("first"));
    sink.reached.await();
    String sql = "x".repeat(1_000_000);
    int fit = (int) (LineWriter.MAX_WEIGHT / 1_000_200);
    for (int i = 0; i < fit + 5; i++) {
      writer.offer(line(sql));
    }
    sink.go.countDown();
    writer.close();

    assertThat(sink.lines).hasSize(1 + fit + 1).last().isEqualTo("dropped 5");
  }

  @Test
  void aSinkThatFailsIsTriedAgain() throws Exception {
    sink.go.countDown();
    sink.broken = true;
    writer.start();
    writer.offer(line("lost"));
    sink.reached.await();
    sink.broken = false;
    Awaitility.await()
        .until(
            () -> {
              writer.offer(line("kept"));
              return sink.lines.contains("kept");
            });
    writer.close();
  }

  private static StatementLine line(String sql) {
    SqlText text = SqlText.of(sql, 1_000_000, false);
    return new StatementLine(
        SESSION,
        EndedStatement.completed(text, 1, 0, 0, CommandTag.of(new CommandComplete("SELECT 1"))));
  }
}
