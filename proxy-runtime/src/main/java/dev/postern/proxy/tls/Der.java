package dev.postern.proxy.tls;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * As much of DER (X.690) as keys and a self-signed certificate need. A library for it would be
 * larger than all else that Postern ships.
 */
final class Der {
  static final int INTEGER = 0x02;
  static final int BIT_STRING = 0x03;
  static final int OCTET_STRING = 0x04;
  static final int OID = 0x06;
  static final int SEQUENCE = 0x30;

  private static final DateTimeFormatter GENERALIZED_TIME =
      DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);
  private static final DateTimeFormatter UTC_TIME =
      DateTimeFormatter.ofPattern("yyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);

  /** RFC 5280, section 4.1.2.5: from 2050 on, GeneralizedTime. */
  private static final Instant YEAR_2050 = Instant.parse("2050-01-01T00:00:00Z");

  private Der() {}

  /** One tag, its content, and both as they stood in the input. */
  static final class Element {
    private final int tag;
    private final byte[] content;
    private final byte[] encoded;

    private Element(int tag, byte[] content, byte[] encoded) {
      this.tag = tag;
      this.content = content;
      this.encoded = encoded;
    }

    int tag() {
      return tag;
    }

    byte[] content() {
      return content;
    }

    byte[] encoded() {
      return encoded;
    }

    List<Element> children() {
      return Der.parse(content);
    }
  }

  /**
   * The elements that stand in {@code input} one after another.
   *
   * @throws IllegalArgumentException if they are not DER of at most 2^24 bytes
   */
  static List<Element> parse(byte[] input) {
    List<Element> elements = new ArrayList<>();
    int at = 0;
    while (at < input.length) {
      int start = at;
      int tag = input[at++] & 0xFF;
      int length = byteAt(input, at++);
      if (length >= 0x80) {
        int count = length & 0x7F;
        if (count == 0 || count > 3) {
          throw new IllegalArgumentException("DER length of " + count + " bytes");
        }
        length = 0;
        for (int i = 0; i < count; i++) {
          length = (length << 8) | byteAt(input, at++);
        }
      }
      if (length > input.length - at) {
        throw new IllegalArgumentException("DER element past the end");
      }
      byte[] content = Arrays.copyOfRange(input, at, at + length);
      at += length;
      elements.add(new Element(tag, content, Arrays.copyOfRange(input, start, at)));
    }
    return elements;
  }

  private static int byteAt(byte[] input, int index) {
    if (index >= input.length) {
      throw new IllegalArgumentException("DER ends early");
    }
    return input[index] & 0xFF;
  }

  static byte[] element(int tag, byte[]... parts) {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      content.writeBytes(part);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(tag);
    int length = content.size();
    if (length < 0x80) {
      out.write(length);
    } else {
      byte[] size = BigInteger.valueOf(length).toByteArray();
      int skip = size[0] == 0 ? 1 : 0;
      out.write(0x80 | (size.length - skip));
      out.write(size, skip, size.length - skip);
    }
    out.writeBytes(content.toByteArray());
    return out.toByteArray();
  }

  static byte[] sequence(byte[]... parts) {
    return element(SEQUENCE, parts);
  }

  static byte[] set(byte[]... parts) {
    return element(0x31, parts);
  }

  static byte[] integer(BigInteger value) {
    return element(INTEGER, value.toByteArray());
  }

  static byte[] octetString(byte[] content) {
    return element(OCTET_STRING, content);
  }

  /** A bit string of whole bytes. */
  static byte[] bitString(byte[] content) {
    return element(BIT_STRING, new byte[1], content);
  }

  static byte[] isTrue() {
    return element(0x01, new byte[] {(byte) 0xFF});
  }

  static byte[] utf8String(String text) {
    return element(0x0C, text.getBytes(StandardCharsets.UTF_8));
  }

  /** {@code [number]} around whole elements. */
  static byte[] explicit(int number, byte[]... parts) {
    return element(0xA0 | number, parts);
  }

  /** {@code [number]} in place of a primitive's own tag. */
  static byte[] implicit(int number, byte[] content) {
    return element(0x80 | number, content);
  }

  static byte[] time(Instant time) {
    return time.isBefore(YEAR_2050)
        ? element(0x17, UTC_TIME.format(time).getBytes(StandardCharsets.US_ASCII))
        : element(0x18, GENERALIZED_TIME.format(time).getBytes(StandardCharsets.US_ASCII));
  }

  static byte[] oid(String dotted) {
    String[] arcs = dotted.split("\\.", -1);
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    content.write(Integer.parseInt(arcs[0]) * 40 + Integer.parseInt(arcs[1]));
    for (int i = 2; i < arcs.length; i++) {
      int arc = Integer.parseInt(arcs[i]);
      for (int shift = 28; shift > 0; shift -= 7) {
        if (arc >>> shift != 0) {
          content.write(0x80 | ((arc >>> shift) & 0x7F));
        }
      }
      content.write(arc & 0x7F);
    }
    return element(OID, content.toByteArray());
  }
}
