package dev.postern.plugins.audit;

import dev.postern.api.Bytes;
import java.nio.charset.StandardCharsets;

/**
 * Reads the beginning of a message's body that was not decoded. What was cut off is missing, or
 * ends where the beginning ends. Used by one thread.
 */
final class MessageStart {
  private final byte[] bytes;
  private int at;

  MessageStart(Bytes start) {
    this.bytes = start.toByteArray();
  }

  /** The next text, without the zero byte that ends it. */
  String text() {
    int begin = at;
    while (at < bytes.length && bytes[at] != 0) {
      at++;
    }
    String text = new String(bytes, begin, at - begin, StandardCharsets.UTF_8);
    if (at == bytes.length) {
      return text.endsWith("\uFFFD") ? text.substring(0, text.length() - 1) : text;
    }
    at++;
    return text;
  }

  /** Whether there is no more of it. */
  boolean isAtEnd() {
    return at == bytes.length;
  }

  /** The field of an error that has this code; empty if it is not among the first ones. */
  String field(char code) {
    while (at < bytes.length && bytes[at] != 0) {
      boolean found = bytes[at++] == code;
      String value = text();
      if (found) {
        return value;
      }
    }
    return "";
  }
}
