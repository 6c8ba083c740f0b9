package dev.postern.proxy.recording;

import dev.postern.api.Bytes;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Decodes the part of CBOR (RFC 8949) that recordings are made of, one item after the other.
 * Nothing is allocated that the rest of the input could not fill. Used by one thread.
 */
final class CborReader {
  private static final int MAX_DEPTH = 16;
  private static final int NULL = 0xf6;
  private static final int BREAK = 0xff;
  private static final int INDEFINITE = 31;

  private final InputStream in;
  private long remaining;

  /**
   * @param length how many bytes there are
   */
  CborReader(InputStream in, long length) {
    this.in = in;
    this.remaining = length;
  }

  /**
   * The next item; empty at the end of the input.
   *
   * @throws EOFException if the input ends within an item
   * @throws RecordingFormatException if it is none that recordings have
   */
  Optional<Item> next() throws IOException {
    if (remaining == 0) {
      return Optional.empty();
    }
    Item item = item(0);
    if (item == null) {
      throw new RecordingFormatException("a break outside of a map");
    }
    return Optional.of(item);
  }

  /** The next item, or {@code null} for the break that ends a map. */
  private @Nullable Item item(int depth) throws IOException {
    if (depth > MAX_DEPTH) {
      throw new RecordingFormatException("items within items, more than " + MAX_DEPTH + " deep");
    }
    int head = octet();
    int minor = head & 0x1f;
    if (head == BREAK) {
      return null;
    }
    if (head == NULL) {
      return new Item.Nothing();
    }
    return switch (head >>> 5) {
      case 0 -> new Item.Whole(argument(minor));
      case 1 -> new Item.Whole(-1 - argument(minor));
      case 2 -> new Item.Octets(Bytes.wrap(octets(argument(minor))));
      case 3 -> new Item.Text(text(octets(argument(minor))));
      case 4 -> sequence(argument(minor), depth);
      case 5 -> mapping(minor == INDEFINITE ? Long.MAX_VALUE : argument(minor), minor, depth);
      case 6 -> {
        long tag = argument(minor);
        Item tagged = item(depth + 1);
        if (tagged == null) {
          throw new RecordingFormatException("tag " + tag + " of nothing");
        }
        yield tagged;
      }
      default -> throw new RecordingFormatException("unexpected item 0x%02x".formatted(head));
    };
  }

  private Item sequence(long size, int depth) throws IOException {
    List<Item> items = new ArrayList<>();
    for (long i = 0; i < size; i++) {
      items.add(within(depth));
    }
    return new Item.Sequence(items);
  }

  private Item mapping(long size, int minor, int depth) throws IOException {
    Map<String, Item> entries = new LinkedHashMap<>();
    for (long i = 0; i < size; i++) {
      Item key = item(depth + 1);
      if (key == null && minor == INDEFINITE) {
        break;
      }
      if (!(key instanceof Item.Text(String name))) {
        throw new RecordingFormatException("a key that is no text");
      }
      entries.put(name, within(depth));
    }
    return new Item.Mapping(entries);
  }

  private Item within(int depth) throws IOException {
    Item item = item(depth + 1);
    if (item == null) {
      throw new RecordingFormatException("a break where an item is expected");
    }
    return item;
  }

  private long argument(int minor) throws IOException {
    if (minor < 24) {
      return minor;
    }
    if (minor > 27) {
      throw new RecordingFormatException("unexpected length code " + minor);
    }
    long value = 0;
    for (int i = 0; i < 1 << (minor - 24); i++) {
      value = value << 8 | octet();
    }
    if (value < 0) {
      throw new RecordingFormatException("a number of more than 63 bits");
    }
    return value;
  }

  private int octet() throws IOException {
    int octet = in.read();
    if (octet < 0) {
      throw new EOFException();
    }
    remaining--;
    return octet;
  }

  private byte[] octets(long length) throws IOException {
    if (length > remaining || length > Integer.MAX_VALUE - 8) {
      throw new EOFException();
    }
    byte[] octets = in.readNBytes((int) length);
    remaining -= octets.length;
    if (octets.length < length) {
      throw new EOFException();
    }
    return octets;
  }

  private static String text(byte[] octets) throws IOException {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(octets)).toString();
    } catch (CharacterCodingException e) {
      throw new RecordingFormatException("a text that is not UTF-8");
    }
  }
}
