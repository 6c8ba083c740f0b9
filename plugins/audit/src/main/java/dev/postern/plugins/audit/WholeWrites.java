package dev.postern.plugins.audit;

import java.io.IOException;
import java.util.Arrays;

/**
 * Writes behind the end of the log all of what it is given, or nothing: on a disk that is full,
 * half of it may be there, and perhaps cannot be taken back before the disk is mended. Used by one
 * thread.
 */
final class WholeWrites {
  /** What was written in part behind the end, and could not be taken back; else empty. */
  private byte[] leftover = {};

  void write(LogFile out, byte[] bytes, long end) throws IOException {
    try {
      out.write(bytes, bytes.length, end);
    } catch (IOException | RuntimeException e) {
      takeBack(out, bytes, end, e);
      throw e;
    }
  }

  private void takeBack(LogFile out, byte[] bytes, long end, Exception failure) {
    try {
      out.truncate(end);
    } catch (IOException e) {
      leftover = bytes;
      failure.addSuppressed(e);
    }
  }

  /**
   * Takes back what could not be taken back before. Where another instance has gone on behind it,
   * it is part of the chain: then entries are repeated, not lost.
   */
  void takeBackLeftover(LogFile out, long end) throws IOException {
    if (leftover.length > 0) {
      long length = out.size() - end;
      if (length <= leftover.length
          && Arrays.equals(out.read(end, (int) length), Arrays.copyOf(leftover, (int) length))) {
        out.truncate(end);
      }
      leftover = new byte[0];
    }
  }
}
