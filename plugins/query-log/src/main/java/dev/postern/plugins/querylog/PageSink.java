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
  private @Nullable Object key;
  private long checkedAt;

  PageSink(Path file) throws IOException {
    this.file = file;
    Path directory = file.toAbsolutePath().getParent();
    if (directory != null) {
      Files.createDirectories(directory);
    }
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
        SeekableByteChannel next = open(file);
        out.close();
        out = next;
        key = keyOf(file);
      }
    }
  }

  @Override
  public void close() throws IOException {
    out.close();
  }

  private void append(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      out.write(bytes);
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
