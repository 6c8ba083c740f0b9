package dev.postern.proxy.audit;

import dev.postern.proxy.audit.AuditReport.Finding;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
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
 * @param misplaced what has a file's name and cannot be one of the log
 * @param foreign what else is in the directory, as it may be shown; at most {@value #MOST_SHOWN}
 * @param moreForeign how many more there are
 */
public record AuditFiles(
    List<Path> files,
    @Nullable Path directory,
    List<Finding> misplaced,
    List<String> foreign,
    long moreForeign) {
  static final int MOST_SHOWN = 20;

  private static final Pattern NAME = Pattern.compile("audit-([0-9]{8,12})\\.jsonl");
  private static final String LOCK = "lock";

  /** What a Postern has there beside the files; the last while it writes the anchor. */
  private static final Set<String> OWN = Set.of(LOCK, AnchorCheck.NAME, AnchorCheck.NAME + ".new");

  private static final int LARGEST_ANCHOR = 4096;

  /** Longer names of files are cut. */
  private static final int LONGEST_SHOWN = 100;

  public AuditFiles {
    files = files.stream().sorted(Comparator.comparingLong(AuditFiles::number)).toList();
  }

  /** Single files, or all of a directory in which is nothing else. */
  public AuditFiles(List<Path> files, @Nullable Path directory) {
    this(files, directory, List.of(), List.of(), 0);
  }

  /** All files of a log. */
  public static AuditFiles in(Path directory) throws IOException {
    List<Path> all;
    try (Stream<Path> found = Files.list(directory)) {
      all = found.sorted().toList();
    }
    List<Path> files = new ArrayList<>();
    List<Finding> misplaced = new ArrayList<>();
    List<String> foreign = new ArrayList<>();
    for (Path file : all) {
      String name = String.valueOf(file.getFileName());
      if (NAME.matcher(name).matches()) {
        String fault = fault(file, name);
        if (fault == null) {
          files.add(file);
        } else {
          misplaced.add(new Finding(name, 0, "is not read: " + fault));
        }
      } else if (!OWN.contains(name)) {
        foreign.add(shown(name));
      }
    }
    int shown = Math.min(foreign.size(), MOST_SHOWN);
    return new AuditFiles(
        files, directory, misplaced, foreign.subList(0, shown), foreign.size() - shown);
  }

  private static @Nullable String fault(Path file, String name) {
    String own = String.format(Locale.ROOT, "audit-%08d.jsonl", number(file));
    if (number(file) == 0) {
      return "the first file of a log has the number 1";
    }
    if (!name.equals(own)) {
      return "a log calls its file of this number " + own;
    }
    return Files.isRegularFile(file) ? null : "it is no regular file";
  }

  private static String shown(String name) {
    String cut = name.length() > LONGEST_SHOWN ? name.substring(0, LONGEST_SHOWN) + "..." : name;
    return cut.replaceAll("[\\p{Cntrl}\\u0080-\\u009f\\u2028\\u2029]", "?");
  }

  /** What else is in the directory, in one line. */
  Optional<String> noteOfForeign() {
    if (foreign.isEmpty()) {
      return Optional.empty();
    }
    String more = moreForeign == 0 ? "" : " and " + moreForeign + " more";
    return Optional.of("no part of the log, and not read: " + String.join(", ", foreign) + more);
  }

  /** Of a file's name; 0 if it has another form. */
  static long number(Path file) {
    Matcher name = NAME.matcher(String.valueOf(file.getFileName()));
    return name.matches() ? Long.parseLong(name.group(1)) : 0;
  }

  /**
   * What the anchor says; {@code null} where there is none, empty where something else is in its
   * place.
   */
  static @Nullable String anchor(Path directory) throws IOException {
    Path anchor = directory.resolve(AnchorCheck.NAME);
    if (Files.exists(anchor) && !Files.isRegularFile(anchor)) {
      return ""; // to open a pipe waits for somebody who writes
    }
    try (InputStream in = Files.newInputStream(anchor)) {
      byte[] content = in.readNBytes(LARGEST_ANCHOR + 1);
      return content.length > LARGEST_ANCHOR
          ? ""
          : new String(content, StandardCharsets.UTF_8).strip();
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  /** Whether a Postern holds the log's lock. */
  static boolean isWritten(Path directory) {
    Path file = directory.resolve(LOCK);
    if (!Files.isRegularFile(file)) {
      return false;
    }
    try (FileChannel lock = FileChannel.open(file, StandardOpenOption.READ)) {
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
