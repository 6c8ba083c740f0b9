package dev.postern.api.message;

/**
 * A version of the protocol (PostgreSQL documentation, "Protocol Versions"). There is no 3.1.
 *
 * @param major 0..65535
 * @param minor 0..65535
 */
public record ProtocolVersion(int major, int minor) implements Comparable<ProtocolVersion> {
  public static final ProtocolVersion V3_0 = new ProtocolVersion(3, 0);

  /** PostgreSQL 18: cancel keys of up to 256 bytes. */
  public static final ProtocolVersion V3_2 = new ProtocolVersion(3, 2);

  public ProtocolVersion {
    if (major < 0 || major > 0xFFFF || minor < 0 || minor > 0xFFFF) {
      throw new IllegalArgumentException(
          "protocol version " + major + "." + minor + " (expected: each 0..65535)");
    }
  }

  /** Of the number on the wire: major in the upper 16 bits, minor in the lower. */
  public static ProtocolVersion of(int code) {
    return switch (code) {
      case 3 << 16 -> V3_0;
      case 3 << 16 | 2 -> V3_2;
      default -> new ProtocolVersion(code >>> 16, code & 0xFFFF);
    };
  }

  /** The number on the wire. */
  public int code() {
    return major << 16 | minor;
  }

  @Override
  public int compareTo(ProtocolVersion other) {
    return Integer.compareUnsigned(code(), other.code());
  }

  @Override
  public String toString() {
    return major + "." + minor;
  }
}
