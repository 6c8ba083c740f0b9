package dev.postern.testkit.conformance;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The threads of this JVM, virtual ones too, by their number. */
final class LiveThreads {
  private static final Pattern THREAD = Pattern.compile("^#(\\d+) \"(.*?)\"( virtual)?.*");

  /** The JVM's own, which come and go as it likes. */
  private static final Pattern OF_THE_JVM =
      Pattern.compile(
          "ForkJoinPool.*|VirtualThread-unparker|VirtualThread-.*|Common-Cleaner"
              + "|process reaper.*|Attach Listener|Reference Handler|Notification Thread"
              + "|C[12] CompilerThread.*|Read-Poller|Write-Poller|(Read|Write|Master)-Poller.*"
              + "|.*[uU]nblocker");

  /** How long a thread may take to end after close. */
  private static final Duration ENDING = Duration.ofSeconds(5);

  private LiveThreads() {}

  static Map<Long, String> now() {
    try {
      Path file = Files.createTempDirectory("postern-threads").resolve("threads.txt");
      try {
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
            .dumpThreads(file.toString(), HotSpotDiagnosticMXBean.ThreadDumpFormat.TEXT_PLAIN);
        return read(file);
      } finally {
        Files.deleteIfExists(file);
        Files.delete(file.getParent());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Map<Long, String> read(Path file) throws IOException {
    Map<Long, String> threads = new TreeMap<>();
    for (String line : Files.readAllLines(file)) {
      Matcher thread = THREAD.matcher(line);
      if (thread.matches() && !OF_THE_JVM.matcher(thread.group(2)).matches()) {
        threads.put(
            Long.valueOf(thread.group(1)),
            thread.group(2) + (thread.group(3) == null ? "" : " (virtual)"));
      }
    }
    return threads;
  }

  /** Those that are there now and were not before; waits for them to end. */
  static Map<Long, String> leftSince(Map<Long, String> before) {
    Map<Long, String> left = new TreeMap<>();
    Patience.until(
        ENDING,
        () -> {
          left.clear();
          left.putAll(now());
          left.keySet().removeAll(before.keySet());
          return left.isEmpty();
        });
    return left;
  }
}
