package dev.postern.plugins.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.postern.api.DataSize;
import dev.postern.api.intercept.MessageInterceptor;
import dev.postern.api.message.Query;
import dev.postern.proxy.audit.AuditReport;
import dev.postern.testkit.spi.FakeInterests;
import dev.postern.testkit.spi.FakePluginContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One chain, whatever happens to those who write it. */
@SuppressWarnings("NullAway.Init") // each test makes one
final class ChainTest {
  @TempDir Path home;

  private TestLog log;
  private TestLog.Settings settings;

  @BeforeEach
  void make() {
    log = new TestLog(home);
    settings = log.settings();
    settings.kinds = List.of(Kind.STATEMENTS);
  }

  private void write(String... statements) throws Exception {
    try (FakePluginContext context = FakePluginContext.in(home, "audit")) {
      MessageInterceptor audit = TestLog.create(settings, context);
      ask(TestLog.session(audit), statements);
      audit.close();
    }
  }

  private static void ask(FakeInterests session, String... statements) {
    for (String sql : statements) {
      session.client(new Query(sql));
    }
  }

  private List<String> statements() throws Exception {
    List<String> statements = new ArrayList<>();
    log.records().forEach(record -> statements.add(record.getString("sql", "-")));
    return statements;
  }

  private void assertWhole() throws Exception {
    assertThat(log.verify().findings()).isEmpty();
    assertThat(log.verify().isWhole()).isTrue();
  }

  private static void assertFound(AuditReport report, String... parts) {
    assertThat(report.findings())
        .anySatisfy(finding -> assertThat(finding.toString()).contains(parts));
  }

  @Test
  void goesOnAtTheNextStart() throws Exception {
    write("a", "b");
    write("c");

    assertThat(statements()).containsExactly("a", "b", "c");
    assertThat(log.files()).hasSize(2);
    assertWhole();
    assertThat(log.verify().notes()).isEmpty();
  }

  @Test
  void goesOnFromFileToFile() throws Exception {
    settings.rotate = new RotationConfig(DataSize.ofKibibytes(4), null);
    try (FakePluginContext context = FakePluginContext.in(home, "audit")) {
      MessageInterceptor audit = TestLog.create(settings, context);
      FakeInterests session = TestLog.session(audit);
      for (int i = 0; i < 60; i++) {
        ask(session, "select x" + i);
        int count = i;
        await().until(() -> statements().size() == count + 1);
      }
      audit.close();
    }

    assertThat(log.files()).hasSizeGreaterThan(3);
    assertThat(statements()).hasSize(60);
    assertWhole();
  }

  @Test
  void filesThatAreTooOldAreRemovedAndTheLogSaysSo() throws Exception {
    settings.rotate = new RotationConfig(DataSize.ofKibibytes(4), null);
    settings.retain = new RetentionConfig(null, DataSize.ofKibibytes(12));
    try (FakePluginContext context = FakePluginContext.in(home, "audit")) {
      MessageInterceptor audit = TestLog.create(settings, context);
      FakeInterests session = TestLog.session(audit);
      for (int i = 0; i < 100; i++) {
        ask(session, "select x" + i);
        String text = "x" + i + "\"";
        await().until(() -> log.lines().stream().anyMatch(line -> line.contains(text)));
      }
      audit.close();
    }

    assertThat(log.files()).hasSizeLessThan(6);
    assertThat(log.files().getFirst().getFileName().toString())
        .isNotEqualTo("audit-00000001.jsonl");
    assertWhole();
    assertThat(log.verify().notes()).anyMatch(note -> note.contains("removed by retention"));
    Files.delete(log.files().getFirst());
    assertFound(log.verify(), "are missing, and the log does not say that they were removed");
  }

  @Test
  void anInstanceAndTheOneThatReplacesItWriteOneChain() throws Exception {
    try (FakePluginContext context = FakePluginContext.in(home, "audit");
        FakePluginContext next = context.next()) {
      MessageInterceptor old = TestLog.create(settings, context);
      FakeInterests oldSession = TestLog.session(old);
      ask(oldSession, "old 1");
      await().until(() -> statements().size() == 1);
      settings.key = TestLog.KEY;
      settings.rotate = new RotationConfig(DataSize.ofKibibytes(4), null);
      MessageInterceptor young = TestLog.create(settings, next);
      FakeInterests youngSession = TestLog.session(young);
      for (int i = 0; i < 20; i++) {
        ask(oldSession, "old");
        ask(youngSession, "young");
        int count = 3 + 2 * i;
        await().until(() -> statements().size() == count);
      }
      old.close();
      ask(youngSession, "last");
      young.close();
    }

    assertThat(statements()).hasSize(42).endsWith("last");
    assertThat(log.verify().findings()).isEmpty();
    assertThat(log.verify().unchecked()).isNotEmpty();
    assertFound(log.verifyWithKey(), "is written without a key");
  }

  @Test
  void manyInstancesAtOnceWriteOneChain() throws Exception {
    int perInstance = 500;
    try (FakePluginContext context = FakePluginContext.in(home, "audit");
        FakePluginContext second = context.next();
        FakePluginContext third = context.next()) {
      settings.rotate = new RotationConfig(DataSize.ofKibibytes(16), null);
      List<MessageInterceptor> all = new ArrayList<>();
      for (FakePluginContext one : List.of(context, second, third)) {
        all.add(TestLog.create(settings, one));
      }
      List<Thread> threads = new ArrayList<>();
      for (MessageInterceptor one : all) {
        FakeInterests session = TestLog.session(one);
        threads.add(
            Thread.ofVirtual()
                .start(
                    () -> {
                      for (int i = 0; i < perInstance; i++) {
                        ask(session, "select x" + i);
                      }
                    }));
      }
      for (Thread thread : threads) {
        thread.join();
      }
      for (MessageInterceptor one : all) {
        one.close();
      }
    }
    assertThat(statements()).hasSize(3 * perInstance);
    assertWhole();
  }

  @Test
  void anotherPosternIsRefused() throws Exception {
    try (FakePluginContext context = FakePluginContext.in(home, "audit");
        FakePluginContext foreign = FakePluginContext.in(home, "audit")) {
      MessageInterceptor audit = TestLog.create(settings, context);
      assertThatThrownBy(() -> TestLog.create(settings, foreign))
          .hasMessageContaining("another Postern writes its audit log there");
      audit.close();
    }
    assertWhole();
  }

  @Test
  void halfALineOfAKilledWriterStaysAndIsToldOf() throws Exception {
    write("a");
    Path file = log.files().getLast();
    Files.writeString(file, "{\"seq\":99,\"ti", StandardOpenOption.APPEND);
    assertFound(log.verify(), "audit-00000001.jsonl:4: 13 bytes that are no record");

    write("b");
    assertWhole();
    assertThat(log.verify().notes()).anyMatch(note -> note.contains("13 bytes of a record"));

    Files.writeString(file, "x", StandardOpenOption.APPEND);
    assertFound(log.verify(), "ends in 14 bytes that are no record, where there were 13");
  }

  @Test
  void theHalfLineItselfCannotBeChanged() throws Exception {
    write("a");
    Path file = log.files().getLast();
    Files.writeString(file, "half", StandardOpenOption.APPEND);
    write("b");
    Files.writeString(file, Files.readString(file).replace("half", "fall"));

    assertFound(log.verify(), "the half record at the end of audit-00000001.jsonl was changed");
  }

  @Test
  void aFileOfWhichNotEvenTheHeaderWasWrittenIsBegunAgain() throws Exception {
    write("a");
    Files.writeString(log.directory.resolve("audit-00000002.jsonl"), "{\"se");
    write("b");

    assertThat(statements()).containsExactly("a", "b");
    assertWhole();
  }

  @Test
  void doesNotGoOnWithALogThatHasLostItsEnd() throws Exception {
    write("a", "b");
    Path file = log.files().getLast();
    List<String> lines = Files.readAllLines(file);
    Files.write(file, lines.subList(0, lines.size() - 2));

    assertThatThrownBy(() -> write("c"))
        .hasMessageContaining("the log ends with record 2, and the anchor names record 4")
        .hasMessageContaining("postern audit verify");
  }

  @Test
  void doesNotGoOnWithoutTheAnchor() throws Exception {
    write("a");
    Files.delete(log.directory.resolve("anchor.json"));

    assertThatThrownBy(() -> write("b")).hasMessageContaining("the anchor is missing");
  }

  @Test
  void doesNotBeginAgainWhereTheFilesAreGone() throws Exception {
    write("a");
    Files.delete(log.files().getLast());

    assertThatThrownBy(() -> write("b"))
        .hasMessageContaining("there is an anchor and no file of the log");
  }

  @Test
  void isRotatedWithTime() throws Exception {
    settings.rotate = new RotationConfig(null, Duration.ofHours(1));
    try (FakePluginContext context = FakePluginContext.in(home, "audit")) {
      MessageInterceptor audit = TestLog.create(settings, context);
      context.clock().advance(Duration.ofHours(2));
      await().atMost(Duration.ofSeconds(20)).until(() -> log.files().size() == 2);
      audit.close();
    }
    assertWhole();
  }

  @Test
  void aKeyIsNeededToCheckWhatWasWrittenWithOne() throws Exception {
    settings.key = TestLog.KEY;
    write("a");

    assertThat(log.verifyWithKey().isWhole()).isTrue();
    assertThat(log.verify().isWhole()).isFalse();
    assertThat(log.verify().findings()).isEmpty();
    assertThat(log.lines().getFirst()).contains("\"algorithm\":\"HMAC-SHA-256\"");
  }
}
