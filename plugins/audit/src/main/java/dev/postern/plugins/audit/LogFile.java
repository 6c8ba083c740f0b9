package dev.postern.plugins.audit;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystem;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** One file of the log, open. Used by one thread. */
interface LogFile extends Closeable {
  /** Opens files; tests open such that fail. */
  @FunctionalInterface
  interface Opening {
    /** For reading and writing; made with mode 0600 if it is not there. */
    LogFile open(Path path) throws IOException;
  }

  long size() throws IOException;

  /** All of them, as {@link FileChannel#read(ByteBuffer, long)}. */
  byte[] read(long position, int length) throws IOException;

  void write(byte[] bytes, int length, long position) throws IOException;

  void truncate(long size) throws IOException;

  /** Brings to the disk what was written. */
  void force() throws IOException;

  /** To open a pipe waits for somebody at its other end, and a device takes what is lost then. */
  static void mustNotBeSpecial(Path path) throws FileSystemException {
    if (Files.exists(path) && !Files.isRegularFile(path)) {
      throw new FileSystemException(path.toString(), null, "is no regular file");
    }
  }

  static LogFile open(Path path) throws IOException {
    mustNotBeSpecial(path);
    FileChannel channel =
        FileChannel.open(
            path,
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
            ownerOnly(path.getFileSystem()));
    return new LogFile() {
      @Override
      public long size() throws IOException {
        return channel.size();
      }

      @Override
      public byte[] read(long position, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining()) {
          if (channel.read(bytes, position + bytes.position()) < 0) {
            throw new IOException(path + ": shorter than a moment ago");
          }
        }
        return bytes.array();
      }

      @Override
      public void write(byte[] bytes, int length, long position) throws IOException {
        ByteBuffer rest = ByteBuffer.wrap(bytes, 0, length);
        while (rest.hasRemaining()) {
          channel.write(rest, position + rest.position());
        }
      }

      @Override
      public void truncate(long size) throws IOException {
        channel.truncate(size);
      }

      @Override
      public void force() throws IOException {
        channel.force(false);
      }

      @Override
      public void close() throws IOException {
        channel.close();
      }
    };
  }

  static FileAttribute<?>[] ownerOnly(FileSystem fileSystem) {
    return fileSystem.supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
        }
        : new FileAttribute<?>[0];
  }
}
