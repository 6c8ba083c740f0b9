package dev.postern.proxy.codec;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Bytes written as the protocol chapter writes them: {@code message('Q').int32(13).text("select
 * 1")}. Lengths are spelled out, so that they are tested too.
 */
final class Wire {
  private final ByteArrayOutputStream content = new ByteArrayOutputStream();

  private Wire() {}

  static Wire message(char type) {
    return new Wire().byte1(type);
  }

  static Wire untyped() {
    return new Wire();
  }

  Wire byte1(int value) {
    content.write(value);
    return this;
  }

  Wire int16(int value) {
    return byte1(value >>> 8).byte1(value);
  }

  Wire int32(int value) {
    return int16(value >>> 16).int16(value);
  }

  /** With the zero byte that ends it. */
  Wire text(String text) {
    return bytes(text).byte1(0);
  }

  Wire bytes(String text) {
    content.writeBytes(text.getBytes(StandardCharsets.UTF_8));
    return this;
  }

  Wire bytes(int... values) {
    for (int value : values) {
      byte1(value);
    }
    return this;
  }

  byte[] toByteArray() {
    return content.toByteArray();
  }
}
