package dev.postern.proxy.audit;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is to be checked.
 *
 * @param files in the order of their numbers
 * @param directory of which these are all; {@code null}: single files, of which nothing is known
 *     that comes before or behind them
 */
public record AuditFiles(List<Path> files, @Nullable Path directory) {
  private static final Pattern NAME = Pattern.compile("audit-([0-9]{8,12})\\.jsonl");

  public AuditFiles {
    files = files.stream().sorted(Comparator.comparingLong(AuditFiles::number)).toList();
  }

  /** All files of a log. */
  public static AuditFiles in(Path directory) throws IOException {
    try (Stream<Path> all = Files.list(directory)) {
      return new AuditFiles(all.filter(file -> number(file) > 0).toList(), directory);
    }
  }

  /** Of a file's name; 0 if it has another form. */
  static long number(Path file) {
    Matcher name = NAME.matcher(String.valueOf(file.getFileName()));
    return name.matches() ? Long.parseLong(name.group(1)) : 0;
  }

  /** What the anchor says; {@code null} where there is none. */
  static @Nullable String anchor(Path directory) throws IOException {
    try {
      return Files.readString(directory.resolve("anchor.json")).strip();
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  /** Whether a Postern holds the log's lock. */
  static boolean isWritten(Path directory) {
    try (FileChannel lock = FileChannel.open(directory.resolve("lock"), StandardOpenOption.READ)) {
      FileLock got = lock.tryLock(0, Long.MAX_VALUE, true);
      if (got == null) {
        return true;
      }
      got.release();
      return false;
    } catch (OverlappingFileLockException e) {
      return true; // in this process, as in tests
    } catch (IOException e) {
      return false;
    }
  }
}
