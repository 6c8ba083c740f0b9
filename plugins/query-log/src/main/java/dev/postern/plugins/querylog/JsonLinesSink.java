package dev.postern.plugins.querylog;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.channels.Channels;
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
  private static final long CHECK_INTERVAL = Duration.ofSeconds(1).toNanos();

  private final Path file;
  private BufferedWriter out;
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
    SessionFacts session = line.session();
    EndedStatement statement = line.statement();
    JsonLine json =
        new JsonLine()
            .put("time", line.endedAt().toString())
            .put("sessionId", session.id())
            .put("user", session.user())
            .put("database", session.database())
            .put("client", session.client())
            .put("backend", session.backend())
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
    append(json.put("sql", statement.sql().shown()));
  }

  @Override
  public void dropped(long lines) throws IOException {
    append(new JsonLine().put("dropped", lines));
  }

  @Override
  public void flush() throws IOException {
    out.flush();
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
    out.close();
  }

  private void append(JsonLine line) throws IOException {
    out.write(line.toString());
    out.write('\n');
  }

  private static BufferedWriter open(Path file) throws IOException {
    return new BufferedWriter(
        Channels.newWriter(
            Files.newByteChannel(
                file,
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.APPEND),
                ownerOnly(file.getFileSystem())),
            StandardCharsets.UTF_8));
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
