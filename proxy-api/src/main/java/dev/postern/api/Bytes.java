package dev.postern.api;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;

/**
 * Immutable bytes with equality by content. {@link #toString()} shows the length only. Not for
 * secrets: comparison is not constant in time; see {@link Secret}.
 */
public final class Bytes {
  public static final Bytes EMPTY = new Bytes(new byte[0], 0, 0);

  private final byte[] content;
  private final int offset;
  private final int length;

  private Bytes(byte[] content, int offset, int length) {
    this.content = content;
    this.offset = offset;
    this.length = length;
  }

  /** Copies, so that later changes to the array do not show. */
  public static Bytes copyOf(byte[] content) {
    return wrap(content.clone());
  }

  /** Takes the array over; the caller must not touch it again. */
  public static Bytes wrap(byte[] content) {
    return content.length == 0 ? EMPTY : new Bytes(content, 0, content.length);
  }

  public static Bytes utf8(String text) {
    return wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  public int length() {
    return length;
  }

  public byte at(int index) {
    return content[offset + Objects.checkIndex(index, length)];
  }

  /**
   * A part of them, without a copy: as long as it is there, so is the whole.
   *
   * @throws IndexOutOfBoundsException if it is not within these
   */
  public Bytes slice(int from, int partLength) {
    Objects.checkFromIndexSize(from, partLength, length);
    return partLength == 0 ? EMPTY : new Bytes(content, offset + from, partLength);
  }

  public byte[] toByteArray() {
    return Arrays.copyOfRange(content, offset, offset + length);
  }

  /**
   * Puts all of them at the buffer's position.
   *
   * @throws java.nio.BufferOverflowException if they do not fit
   */
  public void copyTo(ByteBuffer target) {
    target.put(content, offset, length);
  }

  /** A read-only view, without a copy. */
  public ByteBuffer asReadOnlyBuffer() {
    return ByteBuffer.wrap(content, offset, length).slice().asReadOnlyBuffer();
  }

  /** The text, with malformed sequences replaced by U+FFFD. */
  public String toUtf8() {
    return new String(content, offset, length, StandardCharsets.UTF_8);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Bytes that
        && Arrays.equals(
            content, offset, offset + length, that.content, that.offset, that.offset + that.length);
  }

  @Override
  public int hashCode() {
    int hash = 1;
    for (int i = offset; i < offset + length; i++) {
      hash = 31 * hash + content[i];
    }
    return hash;
  }

  @Override
  public String toString() {
    return "Bytes[" + length + "]";
  }
}
