package dev.postern.proxy.user;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.postern.proxy.user.StoreException.Reason;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What only a second process can show. */
@Timeout(120)
final class StoreProcessTest {
  /** How often a writer is killed; more with {@code -Dpostern.test.kills=100}. */
  private static final int KILLS = Integer.getInteger("postern.test.kills", 6);

  private static final Set<String> DATABASES = Set.of("one", "two", "three");

  @TempDir private Path directory;

  /** Adds users until it is killed, and says so of each when it is done. */
  static final class Adder {
    private Adder() {}

    public static void main(String[] arguments) throws IOException {
      try (UserStore store = UserStore.open(Path.of(arguments[0]), Path.of(arguments[1]));
          Writer added = Files.newBufferedWriter(Path.of(arguments[3]))) {
        for (int i = 0; ; i++) {
          String name = arguments[2] + i + ".";
          UserSettings settings = new UserSettings(null, null, DATABASES, 7);
          store.add(name, NewVerifier.of(Verifiers.any()), settings);
          added.append(name).append('\n').flush();
        }
      }
    }
  }

  @Test
  void aStoreThatAnotherProcessHasOpenIsRefused() throws Exception {
    Path added = directory.resolve("added");
    Process writer = write("a", added);
    try {
      awaitLines(added, 1);

      assertThatExceptionOfType(StoreException.class)
          .isThrownBy(this::open)
          .extracting(StoreException::reason)
          .isEqualTo(Reason.LOCKED);
    } finally {
      writer.destroyForcibly().waitFor();
    }
  }

  @Test
  void afterAKillNothingAcknowledgedIsLostAndNothingIsHalf() throws Exception {
    Random random = new Random(7);
    List<String> acknowledged = new ArrayList<>();
    for (int round = 0; round < KILLS; round++) {
      acknowledged.addAll(writeUntilKilled("r" + round + "-", random.nextInt(40)));

      try (UserStore store = open()) {
        List<UserEntry> entries = store.list();
        assertThat(entries).extracting(UserEntry::name).containsAll(acknowledged);
        assertThat(entries)
            .allSatisfy(
                entry -> {
                  assertThat(entry.user().verifiers()).hasSize(1);
                  assertThat(entry.user().databases()).isEqualTo(DATABASES);
                  assertThat(entry.user().maxSessions()).isEqualTo(7);
                });
      }
    }
  }

  private List<String> writeUntilKilled(String prefix, int count) throws Exception {
    Path added = directory.resolve(prefix);
    Process writer = write(prefix, added);
    try {
      awaitLines(added, count);
    } finally {
      writer.destroyForcibly().waitFor();
    }
    // The last line may be cut short.
    return Files.readString(added).lines().filter(line -> line.endsWith(".")).toList();
  }

  private static void awaitLines(Path file, int count) {
    await()
        .pollInterval(Duration.ofMillis(1))
        .until(() -> Files.exists(file) && Files.readAllLines(file).size() > count);
  }

  private Process write(String prefix, Path output) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("java.class.path"),
            Adder.class.getName(),
            directory.resolve("data").toString(),
            directory.resolve("key").toString(),
            prefix,
            output.toString())
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  private UserStore open() {
    return UserStore.open(directory.resolve("data"), directory.resolve("key"));
  }
}
