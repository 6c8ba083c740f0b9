package dev.postern.plugins.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.api.intercept.MessageInterceptor;
import dev.postern.api.message.Query;
import dev.postern.testkit.spi.FakePluginContext;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What others have put into the directory of a log. */
@SuppressWarnings("NullAway.Init") // each test makes one
final class ForeignFilesTest {
  @TempDir Path home;

  private TestLog log;
  private TestLog.Settings settings;

  @BeforeEach
  void make() {
    log = new TestLog(home);
    settings = log.settings();
    settings.kinds = List.of(Kind.STATEMENTS);
  }

  private void write(String statement) throws Exception {
    try (FakePluginContext context = FakePluginContext.in(home, "audit")) {
      MessageInterceptor audit = TestLog.create(settings, context);
      TestLog.session(audit).client(new Query(statement));
      audit.close();
    }
  }

  @Test
  void theLogGoesOnBesideThemAndTheCheckNamesThem() throws Exception {
    write("a");
    Files.writeString(log.directory.resolve("README"), "ask Ann\n");
    Files.createDirectory(log.directory.resolve("lost+found"));
    write("b");

    assertThat(log.verify().isWhole()).isTrue();
    assertThat(log.verify().records()).isEqualTo(6);
    assertThat(log.verify().notes())
        .containsExactly("no part of the log, and not read: README, lost+found");
  }

  @Test
  void aCopyUnderAnotherFormOfItsNumberIsNotGoneOnWith() throws Exception {
    write("a");
    Path copy = log.directory.resolve("audit-000000009.jsonl");
    Files.copy(log.directory.resolve("audit-00000001.jsonl"), copy);
    write("b");

    assertThat(log.directory.resolve("audit-00000002.jsonl")).exists();
    assertThat(log.verify().findings())
        .singleElement()
        .hasToString(
            "audit-000000009.jsonl: is not read: a log calls its file of this number"
                + " audit-00000009.jsonl");
    Files.delete(copy);
    assertThat(log.verify().isWhole()).isTrue();
  }

  @Test
  void aFileOfAnotherLogBehindTheEndIsAFault() throws Exception {
    write("a");
    TestLog other = new TestLog(Files.createDirectory(home.resolve("other")));
    TestLog.Settings same = settings;
    settings = other.settings();
    write("b");
    settings = same;
    Files.copy(other.files().getFirst(), log.directory.resolve("audit-00000002.jsonl"));

    assertThat(log.verify().findings().stream().map(Object::toString))
        .contains(
            "audit-00000002.jsonl:1: belongs to another log",
            "audit-00000002.jsonl:1: was written as file 1")
        .anyMatch(finding -> finding.contains("record 1 stands behind record"));
  }

  @Test
  @Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void theCheckDoesNotWaitForAPipeInThePlaceOfAFile() throws Exception {
    write("a");
    pipe("audit-00000002.jsonl");
    pipe("lock");
    Files.createDirectory(log.directory.resolve("audit-00000003.jsonl"));

    assertThat(log.verify().findings().stream().map(Object::toString))
        .containsExactly(
            "audit-00000002.jsonl: is not read: it is no regular file",
            "audit-00000003.jsonl: is not read: it is no regular file");

    pipe("anchor.json");
    assertThat(log.verify().findings().stream().map(Object::toString))
        .contains("anchor.json: cannot be read");
  }

  @ParameterizedTest
  @ValueSource(strings = {"audit-00000001.jsonl", "anchor.json", "anchor.json.new", "lock"})
  @Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void aStartDoesNotWaitForAPipeInThePlaceOfAFile(String name) throws Exception {
    write("a");
    Path pipe = pipe(name);

    assertThatThrownBy(() -> write("b")).hasMessage(pipe.toRealPath() + ": is no regular file");
  }

  private Path pipe(String name) throws Exception {
    Path pipe = log.directory.resolve(name);
    Files.deleteIfExists(pipe);
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    return pipe;
  }

  @Test
  void anAnchorThatIsLargerThanAllMemoryIsNotRead() throws Exception {
    write("a");
    try (RandomAccessFile anchor =
        new RandomAccessFile(log.directory.resolve("anchor.json").toFile(), "rw")) {
      anchor.setLength(3L << 30);
    }

    assertThatThrownBy(() -> write("b")).hasMessageContaining("the anchor cannot be read");
    assertThat(log.verify().findings()).singleElement().hasToString("anchor.json: cannot be read");
  }
}
