package dev.postern.proxy.user;

import dev.postern.api.Bytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.h2.store.fs.FileBaseDefault;
import org.h2.store.fs.FilePath;
import org.h2.store.fs.FilePathWrapper;
import org.jspecify.annotations.Nullable;

/** A file system of H2's that remembers every write to the store in its order. */
public final class RecordingFiles extends FilePathWrapper {
  private static final List<Write> WRITES = new ArrayList<>();
  private static int acknowledged;

  /**
   * One write, or a truncation.
   *
   * @param position in bytes from the file's beginning; of a truncation, the length that is left
   * @param acknowledged how much was acknowledged before it began
   */
  record Write(long position, @Nullable Bytes content, int acknowledged) {
    int length() {
      return content == null ? 0 : content.length();
    }

    Write firstBytes(int count) {
      return content == null
          ? this
          : new Write(
              position, Bytes.wrap(Arrays.copyOf(content.toByteArray(), count)), acknowledged);
    }
  }

  /** A file's content. */
  static final class Image {
    private byte[] content = {};

    Image copy() {
      Image copy = new Image();
      copy.content = content.clone();
      return copy;
    }

    Image apply(Write write) {
      if (write.content() == null) {
        content = Arrays.copyOf(content, (int) Math.min(content.length, write.position()));
      } else {
        int end = (int) write.position() + write.length();
        content = Arrays.copyOf(content, Math.max(content.length, end));
        write.content().asReadOnlyBuffer().get(content, (int) write.position(), write.length());
      }
      return this;
    }

    void writeTo(Path file) throws IOException {
      Files.createDirectories(file.getParent());
      Files.write(file, content);
    }
  }

  /**
   * Runs the work with the beginning of an URL whose files are recorded. The first of what it
   * returns is what was there before.
   */
  static List<Write> recordWhile(Consumer<String> work) {
    FilePath.register(new RecordingFiles());
    synchronized (WRITES) {
      WRITES.clear();
      acknowledged = 0;
    }
    work.accept("jdbc:h2:recording:");
    synchronized (WRITES) {
      return List.copyOf(WRITES);
    }
  }

  static void acknowledge(int count) {
    synchronized (WRITES) {
      acknowledged = count;
    }
  }

  @Override
  public String getScheme() {
    return "recording";
  }

  @Override
  public FileChannel open(String mode) throws IOException {
    FileChannel file = getBase().open(mode);
    if (!getBase().getName().equals("users.mv.db")) {
      return file;
    }
    synchronized (WRITES) {
      if (WRITES.isEmpty()) {
        byte[] before = Files.readAllBytes(Path.of(getBase().toString()));
        WRITES.add(new Write(0, Bytes.wrap(before), acknowledged));
      }
    }
    return new RecordingFile(file);
  }

  private static final class RecordingFile extends FileBaseDefault {
    private final FileChannel file;

    RecordingFile(FileChannel file) {
      this.file = file;
    }

    @Override
    public synchronized int write(ByteBuffer source, long position) throws IOException {
      synchronized (WRITES) {
        byte[] content = new byte[source.remaining()];
        source.duplicate().get(content);
        WRITES.add(new Write(position, Bytes.wrap(content), acknowledged));
        return file.write(source, position);
      }
    }

    @Override
    protected void implTruncate(long size) throws IOException {
      synchronized (WRITES) {
        WRITES.add(new Write(size, null, acknowledged));
        file.truncate(size);
      }
    }

    @Override
    public synchronized int read(ByteBuffer target, long position) throws IOException {
      return file.read(target, position);
    }

    @Override
    public long size() throws IOException {
      return file.size();
    }

    @Override
    public void force(boolean metadata) throws IOException {
      file.force(metadata);
    }

    @Override
    public FileLock tryLock(long position, long size, boolean shared) throws IOException {
      return file.tryLock(position, size, shared);
    }

    @Override
    protected void implCloseChannel() throws IOException {
      file.close();
    }
  }
}
