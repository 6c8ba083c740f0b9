package dev.postern.plugins.limits;

import dev.postern.api.Bytes;
import dev.postern.api.message.Target;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Reads names at the beginning of a message that was not decoded. Used by one thread. */
final class MessageStart {
  private final byte[] bytes;
  private int at;

  MessageStart(Bytes start) {
    bytes = start.toByteArray();
  }

  /** What a Close is about. */
  Target target() {
    return bytes[at++] == 'S' ? Target.STATEMENT : Target.PORTAL;
  }

  /** The next text; {@code null} if its end is not among what there is. */
  @Nullable String wholeText() {
    if (at >= bytes.length) {
      return null;
    }
    String text = text();
    return at <= bytes.length ? text : null;
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
