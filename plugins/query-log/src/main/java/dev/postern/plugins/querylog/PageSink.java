package dev.postern.plugins.querylog;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Appends lines to a file. The file is made with mode 0600. When it was moved away or deleted, a
 * new one takes its place within a second, so that it can be rotated by renaming.
 */
final class PageSink implements LineSink<Page> {
  private static final long CHECK_INTERVAL = Duration.ofSeconds(1).toNanos();

  private final Path file;
  private SeekableByteChannel out;

  /** Whether the file ends within a line. */
  private boolean torn;

  private @Nullable Object key;
  private long checkedAt;

  PageSink(Path file) throws IOException {
    this.file = file;
    Path directory = file.toAbsolutePath().getParent();
    if (directory != null) {
      Files.createDirectories(directory);
    }
    this.torn = endsWithinALine(file);
    this.out = open(file);
    this.key = keyOf(file);
    this.checkedAt = System.nanoTime();
  }

  @Override
  public void write(Page page) throws IOException {
    append(page.bytes());
  }

  @Override
  public void dropped(long lines) throws IOException {
    JsonLines mark = new JsonLines(64);
    mark.begin().put("dropped", lines).end();
    append(mark.bytes());
  }

  @Override
  public void flush() throws IOException {
    long now = System.nanoTime();
    if (now - checkedAt >= CHECK_INTERVAL) {
      checkedAt = now;
      if (!Objects.equals(key, keyOf(file))) {
        boolean nextIsTorn = endsWithinALine(file);
        SeekableByteChannel next = open(file);
        out.close();
        out = next;
        torn = nextIsTorn;
        key = keyOf(file);
      }
    }
  }

  @Override
  public void close() throws IOException {
    out.close();
  }

  private void append(ByteBuffer lines) throws IOException {
    if (torn) {
      out.write(ByteBuffer.wrap(new byte[] {'\n'}));
      torn = false;
    }
    int begin = lines.position();
    try {
      while (lines.hasRemaining()) {
        out.write(lines);
      }
    } catch (IOException e) {
      takeBack(lines.position() - begin, e);
      throw e;
    }
  }

  /** Half a line would spoil the next one, so nothing stays of what could not be written whole. */
  private void takeBack(int written, IOException cause) {
    if (written == 0) {
      return;
    }
    torn = true;
    try {
      long size = out.size();
      if (size >= written) {
        out.truncate(size - written);
        torn = false;
      }
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  /** Whether its writer was ended before it could end its last line. */
  private static boolean endsWithinALine(Path file) {
    if (!Files.isRegularFile(file)) {
      return false;
    }
    try (SeekableByteChannel in = Files.newByteChannel(file, StandardOpenOption.READ)) {
      if (in.size() == 0) {
        return false;
      }
      ByteBuffer last = ByteBuffer.allocate(1);
      in.position(in.size() - 1).read(last);
      return last.get(0) != '\n';
    } catch (IOException e) {
      return false; // it may be written, and not be read
    }
  }

  private static SeekableByteChannel open(Path file) throws IOException {
    return Files.newByteChannel(
        file,
        Set.of(StandardOpenOption.CREATE, StandardOpenOption.APPEND),
        ownerOnly(file.getFileSystem()));
  }

  private static FileAttribute<?>[] ownerOnly(FileSystem fileSystem) {
    return fileSystem.supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
        }
        : new FileAttribute<?>[0];
  }

  /** Tells a file from another of the same name; {@code null} if there is none. */
  private static @Nullable Object keyOf(Path file) throws IOException {
    try {
      return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    } catch (NoSuchFileException e) {
      return null;
    }
  }
}
