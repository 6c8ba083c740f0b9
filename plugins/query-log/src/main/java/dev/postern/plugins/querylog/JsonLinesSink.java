package dev.postern.plugins.querylog;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channel;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
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
 * Appends lines to a file as JSON objects. The file is made with mode 0600. When it was moved away
 * or deleted, a new one takes its place within a second, so that it can be rotated by renaming.
 * Written by hand because a flat object needs no library and a plugin should bundle none for it.
 */
final class JsonLinesSink implements LineSink {
  private static final int ENOUGH = 1 << 16;
  private static final long CHECK_INTERVAL = Duration.ofSeconds(1).toNanos();

  private final Path file;
  private final JsonLine lines = new JsonLine();
  private SeekableByteChannel out;
  private @Nullable Object key;
  private long checkedAt;

  JsonLinesSink(Path file) throws IOException {
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
  public void write(StatementLine line) throws IOException {
    EndedStatement statement = line.statement();
    JsonLine json =
        lines
            .begin()
            .put("time", line.endedAt())
            .put(line.session().json())
            .put("outcome", statement.outcome().label)
            .put("durationMicros", statement.durationMicros());
    if (statement.command() != null) {
      json.put("command", statement.command());
    }
    if (statement.rows() >= 0) {
      json.put("rows", statement.rows());
    }
    if (statement.sqlState() != null) {
      json.put("sqlState", statement.sqlState());
    }
    if (statement.part() > 1) {
      json.put("part", statement.part());
    }
    json.put("sql", statement.sql().shown()).end();
    if (lines.length() > ENOUGH) {
      append();
    }
  }

  @Override
  public void dropped(long lines) throws IOException {
    this.lines.begin().put("dropped", lines).end();
  }

  @Override
  public void flush() throws IOException {
    append();
    long now = System.nanoTime();
    if (now - checkedAt >= CHECK_INTERVAL) {
      checkedAt = now;
      if (!Objects.equals(key, keyOf(file))) {
        out.close();
        out = open(file);
        key = keyOf(file);
      }
    }
  }

  @Override
  public void close() throws IOException {
    try (Channel _ = out) {
      append();
    }
  }

  private void append() throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(lines.take().getBytes(StandardCharsets.UTF_8));
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
