package dev.postern.plugins.limits;

import dev.postern.api.Bytes;
import java.nio.charset.StandardCharsets;

/** Reads names at the beginning of a message that was not decoded. Used by one thread. */
final class MessageStart {
  private final byte[] bytes;
  private int at;

  MessageStart(Bytes start) {
    bytes = start.toByteArray();
  }

  /** The next text, without the zero byte that ends it. */
  String text() {
    int begin = at;
    while (at < bytes.length && bytes[at] != 0) {
      at++;
    }
    return new String(bytes, begin, at++ - begin, StandardCharsets.UTF_8);
  }
}
