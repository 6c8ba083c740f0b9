package dev.postern.plugins.audit;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Finds lines of a file of the log without reading all of it. */
final class LogLines {
  private static final int CHUNK = 64 << 10;

  private LogLines() {}

  /** Where the last line ends that has an end. */
  static long end(LogFile file) throws IOException {
    return end(file, file.size());
  }

  /** Behind the last newline before this offset; 0 if there is none. */
  private static long end(LogFile file, long before) throws IOException {
    for (long at = before; at > 0; ) {
      int length = (int) Math.min(CHUNK, at);
      byte[] chunk = file.read(at - length, length);
      for (int i = length - 1; i >= 0; i--) {
        if (chunk[i] == '\n') {
          return at - length + i + 1;
        }
      }
      at -= length;
    }
    return 0;
  }

  /**
   * The line that ends there.
   *
   * @param end behind its newline
   */
  static byte[] before(LogFile file, long end) throws IOException {
    long begin = end(file, end - 1);
    return file.read(begin, Math.toIntExact(end - 1 - begin));
  }

  static byte[] first(LogFile file) throws IOException {
    byte[] chunk = file.read(0, (int) Math.min(CHUNK, file.size()));
    for (int i = 0; i < chunk.length; i++) {
      if (chunk[i] == '\n') {
        return Arrays.copyOf(chunk, i);
      }
    }
    return chunk;
  }

  /**
   * The key in force behind what somebody else has written.
   *
   * @param from the end of the chain before that
   * @param to the end of its last line
   */
  static String keyAt(LogFile file, Position from, long to) throws IOException {
    if (to - from.offset() > CHUNK) {
      return Position.UNKNOWN_KEY;
    }
    String keyId = from.keyId();
    byte[] bytes = file.read(from.offset(), (int) (to - from.offset()));
    for (String line : new String(bytes, StandardCharsets.UTF_8).split("\n", -1)) {
      RecordEnds each = RecordEnds.of(line.getBytes(StandardCharsets.UTF_8));
      if (each != null && RecordLines.namesItsKey(each.text("kind"))) {
        keyId = each.text("key");
      }
    }
    return keyId;
  }
}
