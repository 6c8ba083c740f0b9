package dev.postern.plugins.recorder;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Encodes the part of CBOR (RFC 8949) that recordings are made of. Used by one thread. */
final class Cbor {
  private static final int UNSIGNED = 0;
  private static final int NEGATIVE = 1;
  private static final int BYTES = 2;
  private static final int TEXT = 3;
  private static final int ARRAY = 4;
  private static final int MAP = 5;
  private static final int OPEN_MAP = 0xbf;
  private static final int BREAK = 0xff;
  private static final int NULL = 0xf6;

  /** The tag that says "this is CBOR" (RFC 8949, section 3.4.6). */
  private static final byte[] SELF_DESCRIBED = {(byte) 0xd9, (byte) 0xd9, (byte) 0xf7};

  private final ByteArrayOutputStream out = new ByteArrayOutputStream(256);

  Cbor selfDescribed() {
    out.writeBytes(SELF_DESCRIBED);
    return this;
  }

  Cbor number(long value) {
    if (value >= 0) {
      head(UNSIGNED, value);
    } else {
      head(NEGATIVE, -1 - value);
    }
    return this;
  }

  Cbor text(String value) {
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    head(TEXT, utf8.length);
    out.writeBytes(utf8);
    return this;
  }

  Cbor bytes(byte[] value) {
    head(BYTES, value.length);
    out.writeBytes(value);
    return this;
  }

  Cbor nothing() {
    out.write(NULL);
    return this;
  }

  Cbor array(int size) {
    head(ARRAY, size);
    return this;
  }

  Cbor map(int size) {
    head(MAP, size);
    return this;
  }

  /** A map whose size is not known yet; {@link #endMap()} ends it. */
  Cbor beginMap() {
    out.write(OPEN_MAP);
    return this;
  }

  Cbor endMap() {
    out.write(BREAK);
    return this;
  }

  int size() {
    return out.size();
  }

  byte[] toByteArray() {
    return out.toByteArray();
  }

  private void head(int majorType, long argument) {
    int type = majorType << 5;
    if (argument < 24) {
      out.write(type | (int) argument);
    } else if (argument < 1L << 8) {
      out.write(type | 24);
      bigEndian(argument, 1);
    } else if (argument < 1L << 16) {
      out.write(type | 25);
      bigEndian(argument, 2);
    } else if (argument < 1L << 32) {
      out.write(type | 26);
      bigEndian(argument, 4);
    } else {
      out.write(type | 27);
      bigEndian(argument, 8);
    }
  }

  private void bigEndian(long value, int bytes) {
    for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
      out.write((int) (value >>> shift));
    }
  }
}
