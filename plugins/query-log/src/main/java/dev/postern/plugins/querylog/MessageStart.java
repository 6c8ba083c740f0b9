package dev.postern.plugins.querylog;

import dev.postern.api.Bytes;
import dev.postern.api.message.Target;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

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

  /** The next text; {@code null} if its end is not among what there is. */
  @Nullable String wholeText() {
    int begin = at;
    String text = text();
    return at > begin && bytes[at - 1] == 0 ? text : null;
  }

  /** What a Describe or Close is about. */
  Target target() {
    return bytes[at++] == 'S' ? Target.STATEMENT : Target.PORTAL;
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
