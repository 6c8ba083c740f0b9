package dev.postern.api.message;

import java.util.OptionalLong;

/**
 * A statement was executed.
 *
 * @param tag the command tag, such as {@code SELECT 3}, {@code INSERT 0 1} or {@code BEGIN}
 */
public record CommandComplete(String tag) implements BackendMessage {
  /** The last number of the tag, which counts rows; empty for commands that have none. */
  public OptionalLong rows() {
    int digits = tag.length();
    while (digits > 0 && tag.charAt(digits - 1) >= '0' && tag.charAt(digits - 1) <= '9') {
      digits--;
    }
    int count = tag.length() - digits;
    if (count == 0 || count > 18 || digits == 0 || tag.charAt(digits - 1) != ' ') {
      return OptionalLong.empty();
    }
    return OptionalLong.of(Long.parseLong(tag, digits, tag.length(), 10));
  }
}
