package dev.postern.plugins.audit;

import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A flat JSON object on one line (RFC 8259), in ASCII but for letters and signs: nothing in it can
 * end the line or move a cursor. Written by hand because a flat object needs no library.
 */
final class JsonLine {
  private final StringBuilder text = new StringBuilder(512).append('{');

  JsonLine put(String name, String value) {
    name(name);
    string(value);
    return this;
  }

  JsonLine put(String name, long value) {
    name(name);
    text.append(value);
    return this;
  }

  JsonLine put(String name, boolean value) {
    name(name);
    text.append(value);
    return this;
  }

  JsonLine putUnlessNull(String name, @Nullable String value) {
    return value == null ? this : put(name, value);
  }

  /** {@code null} is null. */
  JsonLine put(String name, List<@Nullable String> values) {
    name(name);
    text.append('[');
    for (int i = 0; i < values.size(); i++) {
      if (i > 0) {
        text.append(',');
      }
      String value = values.get(i);
      if (value == null) {
        text.append("null");
      } else {
        string(value);
      }
    }
    text.append(']');
    return this;
  }

  private void name(String name) {
    if (text.length() > 1) {
      text.append(',');
    }
    text.append('"').append(name).append("\":");
  }

  private void string(String value) {
    text.append('"');
    int from = 0;
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '"' || c == '\\' || isUnseen(c)) {
        text.append(value, from, i);
        from = i + 1;
        escape(c);
      }
    }
    text.append(value, from, value.length()).append('"');
  }

  private void escape(char c) {
    switch (c) {
      case '"', '\\' -> text.append('\\').append(c);
      case '\n' -> text.append("\\n");
      case '\r' -> text.append("\\r");
      case '\t' -> text.append("\\t");
      default -> text.append("\\u").append(HexFormat.of().toHexDigits(c));
    }
  }

  /**
   * Control characters, line and paragraph separators, what turns the direction of writing, and
   * surrogates, which may stand alone.
   */
  private static boolean isUnseen(char c) {
    return c < 0x20
        || (c >= 0x7f && c < 0xa0)
        || (c >= 0x2028 && c <= 0x202e)
        || (c >= 0x2066 && c <= 0x2069)
        || Character.isSurrogate(c);
  }

  /** Without the brace that ends the object, so that more can be added. */
  String open() {
    return text.toString();
  }
}
