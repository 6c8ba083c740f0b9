package dev.postern.plugins.limits;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * What is the same in statements that differ in values only.
 *
 * @param fingerprint 16 hexadecimal digits that stay the same over restarts and versions
 * @param text without values, for the operator
 * @param commands the first words of its statements, in upper case
 * @param unclear whether it may hold more than could be read
 */
record Shape(String fingerprint, String text, List<String> commands, boolean unclear) {
  /** A statement whose text has not been seen. */
  static final Shape UNKNOWN = new Shape("unknown", "(unknown)", List.of(), true);

  private static final int MAX_SHOWN = 500;

  static Shape of(String sql) {
    return new ShapeReader(sql).read();
  }

  /** A call of the function with this object id. */
  static Shape ofFunction(int oid) {
    return of("function " + Integer.toUnsignedString(oid), List.of("FUNCTION"), false);
  }

  static Shape of(String text, List<String> commands, boolean unclear) {
    String shown = text.length() <= MAX_SHOWN ? text : text.substring(0, MAX_SHOWN) + "...";
    return new Shape(hash(text), shown, List.copyOf(commands), unclear);
  }

  private static String hash(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every Java has it
    }
  }
}
