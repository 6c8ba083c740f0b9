package dev.postern.plugins.querylog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.message.CommandComplete;
import dev.postern.testkit.spi.Samples;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class FiledStatementsTest {
  private static final int THREADS = 4;

  /** All of them together weigh less than what may wait, so that none is dropped. */
  private static final int EACH = 8_000;

  @TempDir Path directory;

  @Test
  void linesOfManyLoopsAreAllWrittenOnceAndThoseOfEachInTheirOrder() throws Exception {
    StatementLog log = log();
    try (ExecutorService loops = Executors.newFixedThreadPool(THREADS)) {
      List<Callable<Void>> work = new ArrayList<>();
      for (int thread = 0; thread < THREADS; thread++) {
        String name = "t" + thread + ":";
        work.add(
            () -> {
              Consumer<EndedStatement> lines = log.of(Samples.session("alice", "app"));
              for (int i = 0; i < EACH; i++) {
                lines.accept(statement(i % 1000 == 0 ? longer(name + i) : name + i));
              }
              return null;
            });
      }
      for (Future<Void> done : loops.invokeAll(work)) {
        done.get();
      }
    }
    log.close();

    List<String> written =
        Files.readAllLines(file()).stream().map(FiledStatementsTest::sqlOf).toList();
    for (int thread = 0; thread < THREADS; thread++) {
      String name = "t" + thread + ":";
      List<String> expected = new ArrayList<>();
      for (int i = 0; i < EACH; i++) {
        expected.add(i % 1000 == 0 ? longer(name + i) : name + i);
      }
      assertThat(written).filteredOn(sql -> sql.startsWith(name)).isEqualTo(expected);
    }
    assertThat(written).hasSize(THREADS * EACH);
  }

  @Test
  void aSingleLineDoesNotWaitForAFullPage() throws Exception {
    StatementLog log = log();
    Consumer<EndedStatement> lines = log.of(Samples.session("alice", "app"));
    for (int i = 1; i <= 3; i++) {
      int expected = i;
      lines.accept(statement("x"));
      Awaitility.await().until(() -> Files.readAllLines(file()).size() == expected);
    }
    log.close();
  }

  @Test
  void aLineThatIsLongerThanAPageIsWhole() throws Exception {
    StatementLog log = log();
    Consumer<EndedStatement> lines = log.of(Samples.session("alice", "app"));
    String longest = "ä".repeat(1_000_000);
    lines.accept(statement("before"));
    lines.accept(statement(longest));
    lines.accept(statement("behind"));
    log.close();
    assertThat(Files.readAllLines(file()).stream().map(FiledStatementsTest::sqlOf))
        .containsExactly("before", longest, "behind");
  }

  @Test
  void aSessionThatMovesToAnotherThreadLosesNothing() throws Exception {
    StatementLog log = log();
    Consumer<EndedStatement> lines = log.of(Samples.session("alice", "app"));
    lines.accept(statement("here"));
    Thread other = Thread.ofPlatform().start(() -> lines.accept(statement("there")));
    other.join();
    lines.accept(statement("here again"));
    log.close();
    assertThat(Files.readAllLines(file()).stream().map(FiledStatementsTest::sqlOf))
        .containsExactlyInAnyOrder("here", "there", "here again");
  }

  /** It fills a page by itself. */
  private static String longer(String sql) {
    return sql + "x".repeat(140_000);
  }

  private static String sqlOf(String line) {
    int begin = line.indexOf("\"sql\":\"") + 7;
    return line.substring(begin, line.length() - 2);
  }

  private static EndedStatement statement(String sql) {
    return EndedStatement.completed(
        SqlText.of(sql, 1_000_000, false), 1, 0, 0, CommandTag.of(new CommandComplete("SELECT 1")));
  }

  private StatementLog log() throws Exception {
    return new FiledStatements(file(), "test", InstantSource.system());
  }

  private Path file() {
    return directory.resolve("queries.jsonl");
  }
}
