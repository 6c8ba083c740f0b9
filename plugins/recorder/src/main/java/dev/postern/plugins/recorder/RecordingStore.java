package dev.postern.plugins.recorder;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Set;

/**
 * The directory of recordings and its bounds. A file is open only while a batch is appended to it,
 * so that many sessions need few descriptors. Used by the writer's thread only.
 */
final class RecordingStore {
  private static final long RESCAN_INTERVAL = Duration.ofSeconds(10).toNanos();
  private static final Set<OpenOption> CREATE =
      Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  private static final Set<OpenOption> APPEND =
      Set.of(StandardOpenOption.WRITE, StandardOpenOption.APPEND);

  final Path directory;
  final long maxFileSize;
  private final long maxTotalSize;
  private long total;
  private long scannedAt;

  private RecordingStore(Path directory, long maxFileSize, long maxTotalSize) {
    this.directory = directory;
    this.maxFileSize = maxFileSize;
    this.maxTotalSize = maxTotalSize;
  }

  /** Makes the directory, for its owner only, if there is none. */
  static RecordingStore open(Path directory, long maxFileSize, long maxTotalSize)
      throws IOException {
    if (Files.notExists(directory)) {
      Files.createDirectories(directory, ownerOnly(directory.getFileSystem(), "rwx------"));
    }
    if (!Files.isDirectory(directory) || !Files.isWritable(directory)) {
      throw new IOException("directory: not a directory that can be written to: " + directory);
    }
    RecordingStore store = new RecordingStore(directory, maxFileSize, maxTotalSize);
    store.scan();
    return store;
  }

  /**
   * Whether so many bytes more fit into the bound of all recordings. Where they do not, looks now
   * and then whether somebody has removed files.
   */
  boolean hasRoomFor(long bytes) throws IOException {
    if (total + bytes > maxTotalSize && System.nanoTime() - scannedAt >= RESCAN_INTERVAL) {
      scan();
    }
    return total + bytes <= maxTotalSize;
  }

  /** Counts bytes that will be written. */
  void reserve(long bytes) {
    total += bytes;
  }

  /** Appends what a file has not yet written, and makes the file, for its owner only, at first. */
  void write(RecordingFile file) throws IOException {
    Path path = directory.resolve(file.name);
    ByteBuffer bytes = ByteBuffer.wrap(file.unwritten.toByteArray());
    file.unwritten.reset();
    try (SeekableByteChannel channel =
        file.created
            ? Files.newByteChannel(path, APPEND)
            : Files.newByteChannel(
                path, CREATE, ownerOnly(directory.getFileSystem(), "rw-------"))) {
      file.created = true;
      while (bytes.hasRemaining()) {
        file.written += channel.write(bytes);
      }
    }
  }

  private void scan() throws IOException {
    long sum = 0;
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(directory, "*" + RecordingFile.SUFFIX)) {
      for (Path file : files) {
        sum += sizeOf(file);
      }
    }
    total = sum;
    scannedAt = System.nanoTime();
  }

  private static long sizeOf(Path file) throws IOException {
    try {
      return Files.size(file);
    } catch (NoSuchFileException removedMeanwhile) {
      return 0;
    }
  }

  private static FileAttribute<?>[] ownerOnly(FileSystem fileSystem, String permissions) {
    return fileSystem.supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
        }
        : new FileAttribute<?>[0];
  }
}
