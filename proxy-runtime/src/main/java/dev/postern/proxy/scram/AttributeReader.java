package dev.postern.proxy.scram;

import dev.postern.api.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * Reads {@code name=value} attributes off a SCRAM message from left to right (RFC 5802, section 7).
 * The text has one character for each byte (ISO 8859-1), so that what is signed is what was sent,
 * whatever encoding a user's name has.
 */
final class AttributeReader {
  /** All names that RFC 5802 section 5.1 gives a meaning; none of them can be an extension. */
  private static final String RESERVED = "anmrcsipve";

  private final String text;
  private int position;

  private AttributeReader(String text) {
    this.text = text;
  }

  /**
   * @param limit the greatest length in bytes
   */
  static AttributeReader of(Bytes message, int limit) throws ScramSyntaxException {
    if (message.length() == 0) {
      throw ScramSyntaxException.malformed("empty message");
    }
    if (message.length() > limit) {
      throw ScramSyntaxException.malformed(
          "length: " + message.length() + " (expected: 1.." + limit + " bytes)");
    }
    String text = new String(message.toByteArray(), StandardCharsets.ISO_8859_1);
    if (text.indexOf('\0') >= 0) {
      throw ScramSyntaxException.malformed("zero byte");
    }
    return new AttributeReader(text);
  }

  /** All that was not read yet. */
  String rest() {
    return text.substring(position);
  }

  /** The text before {@code position}, without the comma that ends it. */
  String upTo(int end) {
    return text.substring(0, end - 1);
  }

  int position() {
    return position;
  }

  boolean atEnd() {
    return position == text.length();
  }

  boolean isAt(char expected) {
    return !atEnd() && text.charAt(position) == expected;
  }

  /** The next character, which stays to be read. */
  String found() {
    return atEnd() ? "the end" : shown(text.charAt(position));
  }

  char next(String expected) throws ScramSyntaxException {
    if (atEnd()) {
      throw ScramSyntaxException.malformed(expected + " expected, but found the end");
    }
    return text.charAt(position++);
  }

  void comma() throws ScramSyntaxException {
    if (!isAt(',')) {
      throw ScramSyntaxException.malformed("comma expected, but found " + found());
    }
    position++;
  }

  /** The value of the attribute that must come now. */
  String value(char name) throws ScramSyntaxException {
    if (!isAt(name)) {
      throw ScramSyntaxException.malformed(
          "attribute \"" + name + "\" expected, but found " + found());
    }
    position++;
    return valueAfterName(name);
  }

  /**
   * Reads over optional extensions, which are ignored.
   *
   * @param last the name of the attribute before which to stop, or 0 to go on to the end
   */
  void skipExtensions(char last) throws ScramSyntaxException {
    while (last == 0 ? !atEnd() : !isAt(last)) {
      char name = next("attribute");
      if (!isLetter(name) || RESERVED.indexOf(name) >= 0) {
        throw ScramSyntaxException.malformed("unexpected attribute " + shown(name));
      }
      if (valueAfterName(name).isEmpty()) {
        throw ScramSyntaxException.malformed("attribute \"" + name + "\" is empty");
      }
    }
  }

  private String valueAfterName(char name) throws ScramSyntaxException {
    if (!isAt('=')) {
      throw ScramSyntaxException.malformed(
          "\"=\" expected after attribute \"" + name + "\", but found " + found());
    }
    int start = ++position;
    int comma = text.indexOf(',', start);
    if (comma < 0) {
      position = text.length();
      return text.substring(start);
    }
    position = comma + 1;
    if (atEnd()) {
      throw ScramSyntaxException.malformed("comma at the end");
    }
    return text.substring(start, comma);
  }

  /** Whether the text is one or more of RFC 5802's {@code printable} characters. */
  static boolean isPrintable(String text) {
    return !text.isEmpty() && text.chars().allMatch(c -> c >= 0x21 && c <= 0x7E && c != ',');
  }

  /**
   * Decodes base64 in its one canonical form: with padding, and with no bits left over.
   *
   * @throws IllegalArgumentException if the text is anything else
   */
  static byte[] base64(String text) {
    byte[] decoded = Base64.getDecoder().decode(text);
    if (!Base64.getEncoder().encodeToString(decoded).equals(text)) {
      throw new IllegalArgumentException("not canonical base64");
    }
    return decoded;
  }

  private static boolean isLetter(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  }

  private static String shown(char c) {
    return c >= 0x21 && c <= 0x7E ? "'" + c + "'" : "0x%02x".formatted((int) c);
  }
}
