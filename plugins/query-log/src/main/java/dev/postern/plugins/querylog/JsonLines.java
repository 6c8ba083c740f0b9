package dev.postern.plugins.querylog;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;

/**
 * Flat JSON objects, each on a line (RFC 8259), one behind the other, in UTF-8. Written by hand
 * because a flat object needs no library, and a plugin should bundle none for it. Used by one
 * thread at a time.
 */
final class JsonLines {
  /** The most that a char becomes, escaped. */
  private static final int ESCAPED = 6;

  /** In a second. */
  private static final long MICROS = 1_000_000;

  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

  private byte[] bytes;
  private int length;

  /** Where the last line that was ended ends. */
  private int ended;

  private boolean begun;

  /** The member {@code time} of this second, as far as a fraction. */
  private String secondText = "";

  private long second = Long.MIN_VALUE;

  JsonLines(int capacity) {
    bytes = new byte[capacity];
  }

  /** What was begun before and not ended is forgotten. */
  JsonLines begin() {
    length = ended;
    begun = false;
    reserve(1);
    bytes[length++] = '{';
    return this;
  }

  JsonLines put(String name, String value) {
    name(name);
    string(value);
    return this;
  }

  /** The same for a text that {@link #isPlain is plain}. */
  JsonLines putPlain(String name, String value) {
    name(name);
    plain(value);
    return this;
  }

  JsonLines put(String name, long value) {
    return name(name).value(value);
  }

  /** The value of the member whose name was put last. */
  JsonLines value(long value) {
    if (value < 0) {
      ascii(Long.toString(value));
    } else {
      digits(value);
    }
    return this;
  }

  /**
   * The member {@code time}, in UTC.
   *
   * @param time microseconds since the epoch
   */
  JsonLines time(long time) {
    long seconds = Math.floorDiv(time, MICROS);
    if (seconds != second) {
      second = seconds;
      String whole = Instant.ofEpochSecond(second).toString();
      secondText = "\"time\":\"" + whole.substring(0, whole.length() - 1) + ".";
    }
    reserve(secondText.length() + 9);
    comma();
    copy(secondText);
    int micros = (int) (time - seconds * MICROS);
    for (int i = length + 5; i >= length; i--) {
      bytes[i] = (byte) ('0' + micros % 10);
      micros /= 10;
    }
    length += 6;
    bytes[length++] = 'Z';
    bytes[length++] = '"';
    return this;
  }

  /** Members that were written before. */
  JsonLines put(byte[] members) {
    reserve(1 + members.length);
    comma();
    System.arraycopy(members, 0, bytes, length, members.length);
    length += members.length;
    return this;
  }

  void end() {
    reserve(2);
    bytes[length++] = '}';
    bytes[length++] = '\n';
    ended = length;
  }

  /** All lines are forgotten. */
  void clear() {
    ended = 0;
  }

  /** Of the lines that were ended, in bytes. */
  int length() {
    return ended;
  }

  /** What it takes, in bytes. */
  int capacity() {
    return bytes.length;
  }

  /** The lines that were ended; the same bytes as here. */
  ByteBuffer bytes() {
    return ByteBuffer.wrap(bytes, 0, ended);
  }

  /** What was put until now, without braces. */
  byte[] members() {
    return Arrays.copyOf(bytes, length);
  }

  /** The name of the next member, whose value is to follow. */
  JsonLines name(String name) {
    reserve(name.length() + 4);
    comma();
    bytes[length++] = '"';
    copy(name);
    bytes[length++] = '"';
    bytes[length++] = ':';
    return this;
  }

  private void comma() {
    if (begun) {
      bytes[length++] = ',';
    }
    begun = true;
  }

  private void string(String value) {
    if (isPlain(value)) {
      plain(value);
      return;
    }
    reserve(value.length() * ESCAPED + 2);
    bytes[length++] = '"';
    for (int i = 0; i < value.length(); i++) {
      put(value.charAt(i));
    }
    bytes[length++] = '"';
  }

  private void plain(String value) {
    reserve(value.length() + 2);
    bytes[length++] = '"';
    copy(value);
    bytes[length++] = '"';
  }

  private void digits(long value) {
    int count = 1;
    for (long rest = value / 10; rest > 0; rest /= 10) {
      count++;
    }
    reserve(count);
    long rest = value;
    for (int i = length + count - 1; i >= length; i--) {
      bytes[i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    length += count;
  }

  /** Whether each char stands for itself, in ASCII. */
  static boolean isPlain(String value) {
    for (int i = 0; i < value.length(); i++) {
      if (!isPlain(value.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  static boolean isPlain(char c) {
    return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
  }

  private void put(char c) {
    if (c == '"' || c == '\\') {
      bytes[length++] = '\\';
      bytes[length++] = (byte) c;
    } else if (c < 0x20 || Character.isSurrogate(c)) {
      bytes[length++] = '\\';
      bytes[length++] = 'u';
      for (int shift = 12; shift >= 0; shift -= 4) {
        bytes[length++] = HEX[(c >> shift) & 0xf];
      }
    } else if (c < 0x80) {
      bytes[length++] = (byte) c;
    } else if (c < 0x800) {
      bytes[length++] = (byte) (0xc0 | (c >> 6));
      bytes[length++] = (byte) (0x80 | (c & 0x3f));
    } else {
      bytes[length++] = (byte) (0xe0 | (c >> 12));
      bytes[length++] = (byte) (0x80 | ((c >> 6) & 0x3f));
      bytes[length++] = (byte) (0x80 | (c & 0x3f));
    }
  }

  private void ascii(String text) {
    reserve(text.length());
    copy(text);
  }

  @SuppressWarnings("deprecation") // the low bytes are what ASCII is, and nothing is faster
  private void copy(String ascii) {
    ascii.getBytes(0, ascii.length(), bytes, length);
    length += ascii.length();
  }

  private void reserve(int more) {
    if (bytes.length - length < more) {
      bytes = Arrays.copyOf(bytes, Math.max(length + more, 2 * bytes.length));
    }
  }
}
