package dev.postern.plugins.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.api.SqlState;
import dev.postern.api.intercept.MessageInterceptor;
import dev.postern.api.intercept.Verdict;
import dev.postern.api.message.CommandComplete;
import dev.postern.api.message.FrontendMessage;
import dev.postern.api.message.Query;
import dev.postern.testkit.spi.FakeInterests;
import dev.postern.testkit.spi.FakePluginContext;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk that is full, broken or slow, and what statements hear of it. */
@SuppressWarnings("NullAway.Init") // each test makes one
final class FailureTest {
  @TempDir Path home;

  private TestLog log;
  private TestLog.Settings settings;
  private final Disk disk = new Disk();

  /** Writes half of what it is given, and fails, while it is full; waits while it hangs. */
  private static final class Disk implements LogFile.Opening {
    private volatile boolean full;
    private volatile @Nullable CountDownLatch hanging;

    @Override
    public LogFile open(Path path) throws IOException {
      LogFile file = LogFile.open(path);
      return new LogFile() {
        @Override
        public long size() throws IOException {
          return file.size();
        }

        @Override
        public byte[] read(long position, int length) throws IOException {
          return file.read(position, length);
        }

        @Override
        public void write(byte[] bytes, int length, long position) throws IOException {
          CountDownLatch end = hanging;
          try {
            if (end != null && !end.await(30, TimeUnit.SECONDS)) {
              throw new IOException("hangs for ever");
            }
          } catch (InterruptedException e) {
            throw new IOException(e);
          }
          if (full) {
            file.write(bytes, length / 2, position);
            throw new IOException("No space left on device");
          }
          file.write(bytes, length, position);
        }

        @Override
        public void truncate(long size) throws IOException {
          if (full) {
            throw new IOException("Input/output error");
          }
          file.truncate(size);
        }

        @Override
        public void force() throws IOException {
          file.force();
        }

        @Override
        public void close() throws IOException {
          file.close();
        }
      };
    }
  }

  @FunctionalInterface
  private interface Work {
    void with(FakeInterests session, FakePluginContext context) throws Exception;
  }

  @BeforeEach
  void make() {
    log = new TestLog(home);
    settings = log.settings();
    settings.kinds = List.of(Kind.STATEMENTS, Kind.RESULTS);
  }

  private void audited(Work work) throws Exception {
    try (FakePluginContext context = FakePluginContext.in(home, "audit")) {
      MessageInterceptor audit = new AuditFactory(disk).create(settings.config(), context);
      work.with(TestLog.session(audit), context);
      audit.close();
    }
    assertThat(log.verify().findings()).isEmpty();
  }

  private static Verdict<FrontendMessage> verdict(FakeInterests session, String sql)
      throws Exception {
    Verdict<FrontendMessage> verdict = session.onClient(new Query(sql));
    return verdict instanceof Verdict.Later<FrontendMessage>(var later)
        ? later.toCompletableFuture().get(20, TimeUnit.SECONDS)
        : verdict;
  }

  private static CompletableFuture<Verdict<FrontendMessage>> held(
      Verdict<FrontendMessage> verdict) {
    assertThat(verdict).isInstanceOf(Verdict.Later.class);
    return verdict instanceof Verdict.Later<FrontendMessage>(var stage)
        ? stage.toCompletableFuture()
        : CompletableFuture.completedFuture(verdict);
  }

  private static void assertRefused(Verdict<FrontendMessage> verdict) {
    assertThat(verdict)
        .isEqualTo(Verdict.<FrontendMessage>reject(SqlState.IO_ERROR, AuditWriter.REFUSED));
  }

  @Test
  void statementsAreRefusedUntilTheDiskIsNotFullAnyMore() throws Exception {
    audited(
        (session, context) -> {
          assertThat(verdict(session, "before")).isEqualTo(Verdict.forward());
          await().until(() -> log.brief().size() == 1);
          disk.full = true;
          assertThat(verdict(session, "taken before it was known")).isEqualTo(Verdict.forward());
          await().until(() -> context.metric("failing") == 1);
          assertRefused(verdict(session, "refused"));
          assertRefused(verdict(session, "refused, too"));
          assertThat(context.metric("refused")).isEqualTo(2);
          disk.full = false;
          await().until(() -> context.metric("failing") == 0);
          assertThat(verdict(session, "after")).isEqualTo(Verdict.forward());
        });

    assertThat(log.brief())
        .startsWith(
            "statement n=1 protocol=simple sql=before",
            "gap reason=No space left on device refused=2 lost=0",
            "statement n=2 protocol=simple sql=taken before it was known")
        .contains("statement n=5 protocol=simple sql=after");
  }

  @Test
  void statementsGoOnWhereThatIsConfiguredAndThoseThatAreLostAreCounted() throws Exception {
    settings.onFailure = OnFailure.CONTINUE;
    audited(
        (session, context) -> {
          disk.full = true;
          assertThat(verdict(session, "x")).isEqualTo(Verdict.forward());
          await().until(() -> context.metric("failing") == 1);
          String large = "select " + "y".repeat(900);
          while (context.metric("lost") < 3) {
            assertThat(verdict(session, large)).isEqualTo(Verdict.forward());
          }
          disk.full = false;
          await().until(() -> context.metric("failing") == 0);
        });

    assertThat(log.brief()).anyMatch(line -> line.startsWith("gap reason=No space"));
    assertThat(log.brief().toString()).contains("lost=");
  }

  @Test
  void eachStatementWaitsForTheDiskWhereThatIsConfigured() throws Exception {
    settings.sync = Sync.EACH;
    audited(
        (session, context) -> {
          CountDownLatch end = new CountDownLatch(1);
          disk.hanging = end;
          Verdict<FrontendMessage> verdict = session.onClient(new Query("waits"));
          assertThat(held(verdict)).isNotDone();
          disk.hanging = null;
          end.countDown();
          assertThat(held(verdict).get(10, TimeUnit.SECONDS)).isEqualTo(Verdict.forward());
          assertThat(log.brief()).containsExactly("statement n=1 protocol=simple sql=waits");
        });
  }

  @Test
  void eachStatementThatCannotBeRecordedIsRefused() throws Exception {
    settings.sync = Sync.EACH;
    audited(
        (session, context) -> {
          disk.full = true;
          assertRefused(verdict(session, "refused at the disk"));
          assertRefused(verdict(session, "refused at once"));
          disk.full = false;
          await().until(() -> context.metric("failing") == 0);
          assertThat(verdict(session, "after")).isEqualTo(Verdict.forward());
        });
  }

  @Test
  void aDiskThatHangsHoldsStatementsForATimeOnly() throws Exception {
    settings.hold = Duration.ofMillis(200);
    audited(
        (session, context) -> {
          CountDownLatch end = new CountDownLatch(1);
          disk.hanging = end;
          String large = "select " + "y".repeat(900);
          Verdict<FrontendMessage> last = Verdict.forward();
          for (int i = 0; i < 200 && last.equals(Verdict.<FrontendMessage>forward()); i++) {
            last = verdict(session, large);
          }
          assertRefused(last);
          assertThat(context.metric("queued_bytes")).isLessThan(2 * 64 * 1024);
          disk.hanging = null;
          end.countDown();
        });
  }

  @Test
  void whatIsHeldGoesOnInItsTurn() throws Exception {
    audited(
        (session, context) -> {
          CountDownLatch end = new CountDownLatch(1);
          disk.hanging = end;
          String large = "select " + "y".repeat(900);
          Verdict<FrontendMessage> verdict = Verdict.forward();
          int asked = 0;
          while (!(verdict instanceof Verdict.Later<FrontendMessage>)) {
            verdict = session.onClient(new Query(large));
            asked++;
          }
          disk.hanging = null;
          end.countDown();
          assertThat(held(verdict).get(10, TimeUnit.SECONDS)).isEqualTo(Verdict.forward());
          int all = asked;
          await().until(() -> log.brief().size() == all);
        });
  }

  @Test
  void resultsThatComeFasterThanTheyCanBeWrittenEndTheirSession() throws Exception {
    settings.queue = 64 << 10;
    audited(
        (session, context) -> {
          CountDownLatch end = new CountDownLatch(1);
          disk.hanging = end;
          session.client(new Query("many"));
          org.assertj.core.api.Assertions.assertThatThrownBy(
                  () -> {
                    for (int i = 0; i < 10_000; i++) {
                      session.server(new CommandComplete("SELECT 1"));
                    }
                  })
              .hasMessageContaining("not written fast enough");
          assertThat(context.metric("queued_bytes")).isLessThan(3 * 64 * 1024);
          disk.hanging = null;
          end.countDown();
        });
    assertThat(log.brief().toString()).contains("gap");
  }
}
