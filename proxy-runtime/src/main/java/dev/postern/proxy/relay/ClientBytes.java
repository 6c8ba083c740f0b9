package dev.postern.proxy.relay;

import io.netty.buffer.ByteBuf;

/**
 * Frontend to backend, as bytes. Only the headers are looked at, to know what has to be answered;
 * what cannot be a message goes on all the same, and the server says so. A read of one message
 * costs one look.
 */
final class ClientBytes implements Flow {
  private static final int HEADER_LENGTH = 5;

  /** Bits of a long that begins with a header. */
  private static final int BEHIND_HEADER = (Long.BYTES - HEADER_LENGTH) * Byte.SIZE;

  private final Side backend;
  private final Progress progress;

  /** Bytes still to come of the message at hand, behind its header. */
  private int passing;

  /** What has come of a header that came in pieces, and how many bytes that is. */
  private long header;

  private int headerBytes;

  /** Whether nobody knows any more where messages begin. */
  private boolean lost;

  ClientBytes(Side backend, Progress progress) {
    this.backend = backend;
    this.progress = progress;
  }

  @Override
  public void accept(ByteBuf bytes) {
    int begin = bytes.readerIndex();
    int end = bytes.writerIndex();
    if (passing >= end - begin) {
      passing -= end - begin;
    } else {
      walk(bytes, begin, end);
    }
    backend.write(bytes);
  }

  private void walk(ByteBuf bytes, int begin, int end) {
    long at = (long) begin + passing;
    while (at < end && !lost) {
      if (headerBytes == 0 && end - at >= HEADER_LENGTH) {
        at += HEADER_LENGTH + message(header(bytes, (int) at, end));
      } else {
        header = header << Byte.SIZE | (bytes.getByte((int) at) & 0xff);
        at++;
        if (++headerBytes == HEADER_LENGTH) {
          headerBytes = 0;
          at += message(header);
        }
      }
    }
    passing = lost ? 0 : (int) (at - end);
  }

  /** Type and length, in the lowest five bytes: by one look where there is more. */
  private static long header(ByteBuf bytes, int at, int end) {
    return end - at >= Long.BYTES
        ? bytes.getLong(at) >>> BEHIND_HEADER
        : ((long) bytes.getByte(at) << Integer.SIZE) | bytes.getUnsignedInt(at + 1);
  }

  /** Returns how many bytes follow the header. */
  private int message(long header) {
    int length = (int) header;
    if (length < 4) {
      lost = true;
      return 0;
    }
    progress.clientSent((byte) (header >>> Integer.SIZE));
    return length - 4;
  }

  @Override
  public boolean atMessageBoundary() {
    return passing == 0 && headerBytes == 0 && !lost;
  }

  @Override
  public void close() {}
}
