package dev.postern.proxy.relay;

import dev.postern.proxy.sql.Effects;
import dev.postern.proxy.sql.StatementScan;
import io.netty.buffer.ByteBuf;

/**
 * Session pooling: everything goes on as it came; what is to be answered is noted, and whether a
 * statement leaves something behind that no statement takes away.
 */
final class PlainRewriting implements Rewriting {
  private static final int HEADER_LENGTH = 5;

  /** Longer texts are not looked through, in bytes. */
  private static final int MAX_SCANNED = 1024 * 1024;

  private final Lease lease;
  private final Outstanding outstanding;
  private boolean spoilt;

  PlainRewriting(Lease lease, Outstanding outstanding) {
    this.lease = lease;
    this.outstanding = outstanding;
  }

  /** Whether the backend is of no use to others even when it has been cleaned. */
  boolean isSpoilt() {
    return spoilt;
  }

  @Override
  public boolean needsMore(byte type, ByteBuf bytes, int at, int end, int size) {
    return isText(type) && size <= MAX_SCANNED && !spoilt;
  }

  private static boolean isText(byte type) {
    return type == 'Q' || type == 'P';
  }

  @Override
  public void request(byte type, ByteBuf bytes, int at, int here, int size, Requests requests) {
    if (isText(type) && !spoilt && here == size && !outstanding.isAskedForRows()) {
      int from = at + HEADER_LENGTH;
      int to = at + size;
      spoilt = mayLast(bytes, from, to) && lasts(type, bytes, from, to);
    }
    outstanding.requested(type, null);
  }

  /** A statement has left something behind that no statement takes away. */
  void spoil() {
    spoilt = true;
  }

  private boolean lasts(byte type, ByteBuf bytes, int from, int to) {
    int begin = type == 'P' ? bytes.indexOf(from, to, (byte) 0) + 1 : from;
    int end = begin < from ? -1 : bytes.indexOf(begin, to, (byte) 0);
    if (end <= begin) {
      return false;
    }
    byte[] text = new byte[end - begin];
    bytes.getBytes(begin, text);
    return (StatementScan.scan(text, 0, text.length, escapes()) & Effects.LASTS) != 0;
  }

  /**
   * Whether a function may be named that begins as one of those do: most requests are read no
   * further, and once only.
   */
  private static boolean mayLast(ByteBuf bytes, int from, int to) {
    int at = bytes.indexOf(from, to, (byte) '_');
    while (at >= 0) {
      if (at - from >= 2 && to - at > 2 && isWithin(bytes, at)) {
        return true;
      }
      at = bytes.indexOf(at + 1, to, (byte) '_');
    }
    return false;
  }

  private static boolean isWithin(ByteBuf bytes, int underscore) {
    char first = letter(bytes, underscore + 1);
    char second = letter(bytes, underscore + 2);
    return switch (letter(bytes, underscore - 1)) {
      case 'g' -> letter(bytes, underscore - 2) == 'p' && isBehindPg(first, second);
      case 'k' -> letter(bytes, underscore - 2) == 'n' && first == 'c' && second == 'o';
      default -> false;
    };
  }

  private static char letter(ByteBuf bytes, int at) {
    return (char) (bytes.getByte(at) | 0x20);
  }

  /** Of the functions behind {@code pg_}: replication, create, copy, backup, start. */
  private static boolean isBehindPg(char first, char second) {
    return switch (first) {
      case 'r' -> second == 'e';
      case 'c' -> second == 'r' || second == 'o';
      case 'b' -> second == 'a';
      case 's' -> second == 't';
      default -> false;
    };
  }

  private boolean escapes() {
    return "off".equals(lease.backend().parameters().values().get("standard_conforming_strings"));
  }
}
