package dev.postern.proxy.audit;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Reads a file line by line, as bytes. Used by one thread. */
final class LogLines implements Closeable {
  /** Far more than a record has; keeps a file of something else from being read into memory. */
  private static final int LONGEST = 256 << 20;

  private final Path file;
  private final InputStream in;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();

  LogLines(Path file) throws IOException {
    this.file = file;
    this.in = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
  }

  /** Without its end; {@code null} if there is none that has an end: see {@link #rest}. */
  byte @Nullable [] next() throws IOException {
    line.reset();
    for (int b = in.read(); b >= 0; b = in.read()) {
      if (b == '\n') {
        return line.toByteArray();
      }
      line.write(b);
      if (line.size() > LONGEST) {
        throw new IOException(file + ": a line of more than " + LONGEST + " bytes");
      }
    }
    return null;
  }

  /** What stands behind the last line that has an end. */
  byte[] rest() {
    return line.toByteArray();
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
