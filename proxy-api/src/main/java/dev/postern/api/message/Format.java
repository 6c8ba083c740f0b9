package dev.postern.api.message;

/**
 * A format code: how a value is represented.
 *
 * @param code {@code 0} text, {@code 1} binary; others are reserved, -32768..32767
 */
public record Format(short code) {
  public static final Format TEXT = new Format((short) 0);
  public static final Format BINARY = new Format((short) 1);

  public static Format of(short code) {
    return switch (code) {
      case 0 -> TEXT;
      case 1 -> BINARY;
      default -> new Format(code);
    };
  }

  @Override
  public String toString() {
    return switch (code) {
      case 0 -> "TEXT";
      case 1 -> "BINARY";
      default -> Short.toString(code);
    };
  }
}
