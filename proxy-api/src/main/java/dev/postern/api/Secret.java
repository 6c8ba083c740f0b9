package dev.postern.api;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;

/**
 * Bytes that nobody may see: a password or a key. {@link #toString()} shows nothing, comparison is
 * constant in time, and {@link #close()} wipes them. Whoever creates a secret closes it, unless the
 * method that takes it says otherwise. Safe for use by many threads, but not after {@link
 * #close()}.
 */
public final class Secret implements AutoCloseable {
  private final byte[] content;
  private volatile boolean wiped;

  private Secret(byte[] content) {
    this.content = content;
  }

  /** Copies; the caller wipes its own array. */
  public static Secret copyOf(byte[] content) {
    return new Secret(content.clone());
  }

  /** The characters in UTF-8; the caller wipes its own array. */
  public static Secret ofPassword(char[] password) {
    ByteBuffer encoded = StandardCharsets.UTF_8.encode(CharBuffer.wrap(password));
    byte[] content = new byte[encoded.remaining()];
    encoded.get(content);
    encoded.clear().put(new byte[encoded.capacity()]);
    return new Secret(content);
  }

  /** A copy that the caller wipes. */
  public byte[] toByteArray() {
    if (wiped) {
      throw new IllegalStateException("the secret was closed");
    }
    return content.clone();
  }

  /** A copy, decoded from UTF-8, that the caller wipes. */
  public char[] toChars() {
    byte[] copy = toByteArray();
    CharBuffer decoded = StandardCharsets.UTF_8.decode(ByteBuffer.wrap(copy));
    char[] chars = new char[decoded.remaining()];
    decoded.get(chars);
    decoded.clear().put(new char[decoded.capacity()]);
    Arrays.fill(copy, (byte) 0);
    return chars;
  }

  public boolean isEmpty() {
    return content.length == 0;
  }

  /** Wipes the bytes. Further calls do nothing. */
  @Override
  public void close() {
    wiped = true;
    Arrays.fill(content, (byte) 0);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Secret that && MessageDigest.isEqual(content, that.content);
  }

  /** The same for all secrets, so that it tells nothing about the content. */
  @Override
  public int hashCode() {
    return Secret.class.hashCode();
  }

  @Override
  public String toString() {
    return "Secret[hidden]";
  }
}
