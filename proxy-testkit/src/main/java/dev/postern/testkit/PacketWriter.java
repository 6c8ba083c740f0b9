package dev.postern.testkit;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Collects the fields of one packet and puts its length before them. */
final class PacketWriter {
  private final ByteArrayOutputStream body = new ByteArrayOutputStream();

  PacketWriter int8(int value) {
    body.write(value);
    return this;
  }

  PacketWriter int16(int value) {
    return int8(value >>> 8).int8(value);
  }

  PacketWriter int32(int value) {
    return int16(value >>> 16).int16(value);
  }

  PacketWriter bytes(byte[] value) {
    body.writeBytes(value);
    return this;
  }

  PacketWriter text(String value) {
    return bytes(value.getBytes(StandardCharsets.UTF_8));
  }

  /** With the terminating null. */
  PacketWriter string(String value) {
    return text(value).int8(0);
  }

  /** The packet without a type byte. */
  byte[] untyped() {
    return ByteBuffer.allocate(4 + body.size())
        .putInt(4 + body.size())
        .put(body.toByteArray())
        .array();
  }

  byte[] typed(char type) {
    return ByteBuffer.allocate(5 + body.size())
        .put((byte) type)
        .putInt(4 + body.size())
        .put(body.toByteArray())
        .array();
  }
}
