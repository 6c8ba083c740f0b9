package dev.postern.plugins.audit;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which files a log has. Names end in a number that is one more than that of the file before it.
 *
 * @param path of the directory
 */
record LogDirectory(Path path) {
  private static final Pattern NAME = Pattern.compile("audit-([0-9]{8,12})\\.jsonl");
  private static final String ANCHOR = "anchor.json";
  private static final int LARGEST_ANCHOR = 4096;

  /** Made with mode 0700 where it is not there. */
  static LogDirectory at(Path path) throws IOException {
    boolean posix = path.getFileSystem().supportedFileAttributeViews().contains("posix");
    FileAttribute<?>[] ownerOnly =
        posix
            ? new FileAttribute<?>[] {
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
            }
            : new FileAttribute<?>[0];
    return new LogDirectory(Files.createDirectories(path, ownerOnly).toRealPath());
  }

  /** The files by their numbers. */
  NavigableMap<Long, Path> files() throws IOException {
    TreeMap<Long, Path> files = new TreeMap<>();
    try (Stream<Path> all = Files.list(path)) {
      all.forEach(
          file -> {
            Matcher name = NAME.matcher(file.getFileName().toString());
            long number = name.matches() ? Long.parseLong(name.group(1)) : 0;
            // A copy under another form of a number is no file of the log.
            if (number > 0 && file.equals(file(number))) {
              files.put(number, file);
            }
          });
    }
    return files;
  }

  Path file(long number) {
    return path.resolve(String.format(Locale.ROOT, "audit-%08d.jsonl", number));
  }

  /** Begins a file with its first record, which is on the disk then; the caller closes it. */
  LogFile begin(long number, byte[] header, LogFile.Opening opening) throws IOException {
    LogFile opened = opening.open(file(number));
    try {
      if (LogLines.end(opened) > 0) {
        throw new Damage(this, file(number).getFileName() + " is there already");
      }
      opened.truncate(0);
      opened.write(header, header.length, 0);
      opened.force();
      return opened;
    } catch (IOException | RuntimeException e) {
      opened.close();
      throw e;
    }
  }

  Path lock() {
    return path.resolve("lock");
  }

  /**
   * What the anchor says; {@code null} where there is none.
   *
   * @throws Damage if it is too long for one
   */
  @Nullable String anchor() throws IOException {
    Path anchor = path.resolve(ANCHOR);
    LogFile.mustNotBeSpecial(anchor);
    try (InputStream in = Files.newInputStream(anchor)) {
      byte[] content = in.readNBytes(LARGEST_ANCHOR + 1);
      if (content.length > LARGEST_ANCHOR) {
        throw new Damage(this, "the anchor cannot be read");
      }
      return new String(content, StandardCharsets.UTF_8).strip();
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  /** Puts another in the anchor's place: whoever reads it sees one of them whole. */
  void anchor(String line, LogFile.Opening opening) throws IOException {
    Path next = path.resolve(ANCHOR + ".new");
    byte[] bytes = (line + '\n').getBytes(StandardCharsets.UTF_8);
    try (LogFile file = opening.open(next)) {
      file.truncate(0);
      file.write(bytes, bytes.length, 0);
      file.force();
    }
    Files.move(
        next,
        path.resolve(ANCHOR),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }
}
