package dev.postern.testkit;

import dev.postern.api.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A message as it came.
 *
 * @param type its type byte
 * @param body what follows the length
 */
public record WireMessage(char type, Bytes body) {
  /** The type bytes of messages, one after the other: {@code TDCZ}. */
  public static String types(List<WireMessage> messages) {
    StringBuilder types = new StringBuilder();
    messages.forEach(message -> types.append(message.type()));
    return types.toString();
  }

  /** The four bytes at an offset, as a number. */
  public int int32(int offset) {
    return body.asReadOnlyBuffer().getInt(offset);
  }

  /** The two bytes at an offset, as a number. */
  public int int16(int offset) {
    return body.asReadOnlyBuffer().getShort(offset);
  }

  /** The null-terminated strings from an offset on. */
  public List<String> strings(int offset) {
    byte[] bytes = body.toByteArray();
    List<String> strings = new ArrayList<>();
    int start = offset;
    for (int i = offset; i < bytes.length; i++) {
      if (bytes[i] == 0) {
        strings.add(new String(bytes, start, i - start, StandardCharsets.UTF_8));
        start = i + 1;
      }
    }
    return strings;
  }

  /** The fields of an ErrorResponse or NoticeResponse, by their type byte. */
  public Map<Character, String> fields() {
    if (type != 'E' && type != 'N') {
      throw new IllegalStateException("message '%c' has no fields".formatted(type));
    }
    Map<Character, String> fields = new LinkedHashMap<>();
    for (String field : strings(0)) {
      if (!field.isEmpty()) {
        fields.put(field.charAt(0), field.substring(1));
      }
    }
    return fields;
  }

  /** The SQLSTATE of an ErrorResponse or NoticeResponse. */
  public String sqlState() {
    return fields().getOrDefault('C', "");
  }

  /** The severity of an ErrorResponse or NoticeResponse. */
  public String severity() {
    return fields().getOrDefault('V', fields().getOrDefault('S', ""));
  }

  /** The text of an ErrorResponse or NoticeResponse. */
  public String text() {
    return fields().getOrDefault('M', "");
  }

  /** The values of a DataRow as text; {@code <null>} for a null. */
  public List<String> values() {
    List<String> values = new ArrayList<>();
    byte[] bytes = body.toByteArray();
    int at = 2;
    for (int column = 0; column < int16(0); column++) {
      int length = int32(at);
      at += 4;
      values.add(length < 0 ? "<null>" : new String(bytes, at, length, StandardCharsets.UTF_8));
      at += Math.max(length, 0);
    }
    return values;
  }

  /** For the messages of failed tests. */
  @Override
  public String toString() {
    return type == 'E' || type == 'N'
        ? "'%c'%s".formatted(type, fields())
        : "'%c'[%d bytes]".formatted(type, body.length());
  }
}
