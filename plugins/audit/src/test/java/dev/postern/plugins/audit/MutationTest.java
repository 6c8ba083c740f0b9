package dev.postern.plugins.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.DataSize;
import dev.postern.api.intercept.MessageInterceptor;
import dev.postern.api.message.CommandComplete;
import dev.postern.api.message.Query;
import dev.postern.api.message.ReadyForQuery;
import dev.postern.api.message.TransactionStatus;
import dev.postern.proxy.audit.AuditReport;
import dev.postern.testkit.spi.FakeInterests;
import dev.postern.testkit.spi.FakePluginContext;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever is done to a log, once and anywhere, is found. */
@SuppressWarnings("NullAway.Init") // before all
final class MutationTest {
  private static final int LOGS = 4;
  private static final int MUTATIONS_OF_EACH = 25;

  private static final List<Written> WRITTEN = new ArrayList<>();

  @TempDir static Path logs;
  @TempDir Path home;

  /** What somebody does. */
  enum Mutation {
    FLIP_A_BIT,
    CHANGE_A_LETTER,
    DELETE_A_LINE,
    SWAP_TWO_LINES,
    REPEAT_A_LINE,
    MOVE_A_LINE,
    CUT_THE_END,
    CUT_BYTES_OFF,
    ADD_A_LINE,
    REMOVE_A_FILE,
    SWAP_TWO_FILES,
    CUT_A_FILE_SHORT,
    REMOVE_THE_ANCHOR,
    CHANGE_THE_ANCHOR,
    HASH_A_CHANGED_RECORD_WITHOUT_THE_KEY,
    HASH_ALL_THAT_FOLLOWS_WITHOUT_THE_KEY,
  }

  /** A log as it was written, which stays as it is. */
  private record Written(TestLog log, boolean keyed) {}

  @BeforeAll
  static void write() throws Exception {
    Random random = new Random(1);
    for (int i = 0; i < LOGS; i++) {
      boolean keyed = i % 2 == 0;
      Path directory = Files.createDirectories(logs.resolve("log" + i));
      WRITTEN.add(new Written(write(directory, random, keyed, i >= LOGS / 2), keyed));
    }
  }

  @ParameterizedTest
  @EnumSource
  void isFound(Mutation mutation) throws Exception {
    Random random = new Random(mutation.name().hashCode());
    for (Written written : WRITTEN) {
      if (!written.keyed && mutation.name().endsWith("WITHOUT_THE_KEY")) {
        continue; // whoever may write it can do that
      }
      assertThat(verify(written.log, written.keyed).isWhole()).isTrue();
      for (int j = 0; j < MUTATIONS_OF_EACH; j++) {
        TestLog copy = copy(written.log, home.resolve("copy"));
        String done = mutate(copy, mutation, random);
        assertThat(verify(copy, written.keyed).isWhole()).as("%s: %s", mutation, done).isFalse();
      }
    }
  }

  private static AuditReport verify(TestLog log, boolean keyed) throws Exception {
    return keyed ? log.verifyWithKey() : log.verify();
  }

  /**
   * Of several files and several starts.
   *
   * @param retained whether the first files of it were removed, as configured
   */
  private static TestLog write(Path directory, Random random, boolean keyed, boolean retained)
      throws Exception {
    TestLog log = new TestLog(directory);
    TestLog.Settings settings = log.settings();
    settings.key = keyed ? TestLog.KEY : null;
    settings.rotate = new RotationConfig(DataSize.ofKibibytes(4), null);
    settings.retain = retained ? new RetentionConfig(null, DataSize.ofKibibytes(12)) : null;
    for (int start = 0; start < 3 || (retained && isComplete(log)); start++) {
      try (FakePluginContext context = FakePluginContext.in(directory, "audit")) {
        MessageInterceptor audit = TestLog.create(settings, context);
        FakeInterests session = TestLog.session(audit);
        for (int i = random.nextInt(2, 30); i > 0; i--) {
          session
              .client(new Query("select x" + random.nextInt()))
              .server(
                  new CommandComplete("SELECT " + random.nextInt(9)),
                  new ReadyForQuery(TransactionStatus.IDLE));
        }
        audit.close();
      }
    }
    return log;
  }

  /** Whether nothing of it was removed. */
  private static boolean isComplete(TestLog log) throws Exception {
    return log.files().getFirst().endsWith("audit-00000001.jsonl");
  }

  private static TestLog copy(TestLog log, Path to) throws Exception {
    TestLog copy = new TestLog(to);
    Files.createDirectories(copy.directory);
    for (Path file : copy.files()) {
      Files.delete(file);
    }
    for (Path file : log.files()) {
      Files.copy(file, copy.directory.resolve(file.getFileName()));
    }
    Files.copy(
        log.directory.resolve("anchor.json"),
        copy.directory.resolve("anchor.json"),
        StandardCopyOption.REPLACE_EXISTING);
    return copy;
  }

  private static String mutate(TestLog log, Mutation mutation, Random random) throws Exception {
    List<Path> files = log.files();
    Path file = files.get(random.nextInt(files.size()));
    List<String> lines = new ArrayList<>(Files.readAllLines(file));
    int at = random.nextInt(lines.size());
    int other = (at + 1 + random.nextInt(Math.max(1, lines.size() - 1))) % lines.size();
    String done = file.getFileName() + ":" + (at + 1) + " " + (other + 1);
    switch (mutation) {
      case FLIP_A_BIT -> {
        byte[] bytes = Files.readAllBytes(file);
        int index = random.nextInt(bytes.length);
        bytes[index] ^= (byte) (1 << random.nextInt(8));
        Files.write(file, bytes);
        return done + " byte " + index;
      }
      case CHANGE_A_LETTER -> {
        StringBuilder line = new StringBuilder(lines.get(at));
        int index = random.nextInt(line.length());
        line.setCharAt(index, line.charAt(index) == 'a' ? 'b' : 'a');
        lines.set(at, line.toString());
        Files.write(file, lines);
      }
      case DELETE_A_LINE -> {
        lines.remove(at);
        Files.write(file, lines);
      }
      case SWAP_TWO_LINES -> {
        if (at == other) {
          lines.add(lines.get(at));
        }
        Collections.swap(lines, at, other);
        Files.write(file, lines);
      }
      case REPEAT_A_LINE -> {
        lines.add(other, lines.get(at));
        Files.write(file, lines);
      }
      case MOVE_A_LINE -> {
        Path last = files.get((files.indexOf(file) + 1) % files.size());
        List<String> target = new ArrayList<>(Files.readAllLines(last));
        target.add(random.nextInt(target.size()), lines.remove(at));
        Files.write(file, lines);
        Files.write(last, target);
      }
      case CUT_THE_END -> {
        List<String> end = Files.readAllLines(files.getLast());
        int kept = random.nextInt(end.size());
        Files.write(files.getLast(), end.subList(0, kept));
        return "kept " + kept;
      }
      case CUT_BYTES_OFF -> {
        byte[] bytes = Files.readAllBytes(files.getLast());
        int kept = random.nextInt(bytes.length);
        Files.write(files.getLast(), java.util.Arrays.copyOf(bytes, kept));
        return "kept " + kept;
      }
      case CUT_A_FILE_SHORT -> {
        Path cut = files.get(random.nextInt(files.size() - 1));
        byte[] bytes = Files.readAllBytes(cut);
        int kept = random.nextInt(bytes.length);
        Files.write(cut, java.util.Arrays.copyOf(bytes, kept));
        return cut.getFileName() + " kept " + kept;
      }
      case ADD_A_LINE -> {
        lines.add(at, lines.get(at).replace("\"seq\":", "\"seq\":1"));
        Files.write(file, lines);
      }
      case REMOVE_A_FILE -> Files.delete(file);
      case SWAP_TWO_FILES -> {
        Path last = files.get((files.indexOf(file) + 1) % files.size());
        Path between = file.resolveSibling("between");
        Files.move(file, between);
        Files.move(last, file);
        Files.move(between, last);
      }
      case REMOVE_THE_ANCHOR -> Files.delete(log.directory.resolve("anchor.json"));
      case CHANGE_THE_ANCHOR -> {
        Path anchor = log.directory.resolve("anchor.json");
        StringBuilder text = new StringBuilder(Files.readString(anchor).strip());
        int index = random.nextInt(text.length());
        text.setCharAt(index, text.charAt(index) == '1' ? '2' : '1');
        Files.writeString(anchor, text);
        return text.toString();
      }
      case HASH_A_CHANGED_RECORD_WITHOUT_THE_KEY -> {
        lines.set(at, hashed(lines.get(at).replace("alice", "elvis").replace("postern", "p")));
        Files.write(file, lines);
      }
      case HASH_ALL_THAT_FOLLOWS_WITHOUT_THE_KEY -> rewrite(files, random.nextInt(files.size()));
    }
    return done;
  }

  /** A new chain over all files from one on, which says that it has no key. */
  private static void rewrite(List<Path> files, int from) throws Exception {
    String previous = "";
    for (Path file : files.subList(from, files.size())) {
      List<String> lines = new ArrayList<>();
      for (String line : Files.readAllLines(file)) {
        String changed =
            line.replaceFirst(",\"key\":\"[0-9a-f]+\"", "")
                .replace("HMAC-SHA-256", "SHA-256")
                .replace("alice", "elvis");
        if (!previous.isEmpty()) {
          changed = changed.replaceFirst("\"prev\":\"[0-9a-f]+\"", "\"prev\":\"" + previous + '"');
        }
        changed = hashed(changed);
        previous = changed.substring(changed.length() - 66, changed.length() - 2);
        lines.add(changed);
      }
      Files.write(file, lines);
    }
  }

  /** With SHA-256 over what stands before the hash. */
  private static String hashed(String line) throws Exception {
    String start = line.substring(0, line.length() - (",\"hash\":\"".length() + 66));
    byte[] hash =
        MessageDigest.getInstance("SHA-256").digest(start.getBytes(StandardCharsets.UTF_8));
    return start + ",\"hash\":\"" + HexFormat.of().formatHex(hash) + "\"}";
  }
}
