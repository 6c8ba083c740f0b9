package dev.postern.plugins.rules;

import dev.postern.api.Bytes;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** An IPv4 or IPv6 address, or a mask in the form of one. */
record NumericAddress(Bytes content) {
  private static final Pattern FOUR_NUMBERS = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}");
  private static final Pattern NUMBERS = Pattern.compile("[0-9.]+");
  private static final Pattern IPV6 = Pattern.compile("[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");

  /**
   * Never asks for a name.
   *
   * @return {@code null} if it is a name
   * @throws IllegalArgumentException if it is neither
   */
  static @Nullable NumericAddress parse(String text) {
    if (FOUR_NUMBERS.matcher(text).matches()) {
      return ofFour(text);
    }
    if (NUMBERS.matcher(text).matches() || text.indexOf('%') >= 0) {
      throw new IllegalArgumentException("expected: four numbers, or IPv6 without a scope");
    }
    if (text.indexOf(':') < 0) {
      return null;
    }
    if (!IPV6.matcher(text).matches()) {
      throw new IllegalArgumentException("expected: an address of IPv6");
    }
    try {
      byte[] bytes = InetAddress.ofLiteral(text).getAddress();
      return new NumericAddress(Bytes.wrap(bytes.length == 4 ? mapped(bytes) : bytes));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("expected: an address of IPv6", e);
    }
  }

  private static NumericAddress ofFour(String text) {
    byte[] bytes = new byte[4];
    String[] numbers = text.split("\\.", -1);
    for (int i = 0; i < 4; i++) {
      int number = Integer.parseInt(numbers[i]);
      if (number > 255 || (numbers[i].length() > 1 && numbers[i].startsWith("0"))) {
        throw new IllegalArgumentException("expected: four numbers of 0 to 255");
      }
      bytes[i] = (byte) number;
    }
    return new NumericAddress(Bytes.wrap(bytes));
  }

  /** Java takes ::ffff:1.2.3.4 for IPv4; PostgreSQL does not. */
  private static byte[] mapped(byte[] four) {
    byte[] sixteen = new byte[16];
    sixteen[10] = (byte) 0xff;
    sixteen[11] = (byte) 0xff;
    System.arraycopy(four, 0, sixteen, 12, 4);
    return sixteen;
  }

  byte[] bytes() {
    return content.toByteArray();
  }

  /** A mask of this many ones, for addresses of this length. */
  static NumericAddress mask(int ones, int length) {
    byte[] mask = new byte[length];
    for (int bit = 0; bit < ones; bit++) {
      mask[bit / 8] |= (byte) (0x80 >> (bit % 8));
    }
    return new NumericAddress(Bytes.wrap(mask));
  }

  /** As PostgreSQL writes it, IPv6 shortened. */
  static String text(InetAddress address) {
    byte[] bytes = address.getAddress();
    try {
      return bytes.length == 4
          ? InetAddress.getByAddress(bytes).getHostAddress()
          : shortened(bytes);
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String shortened(byte[] bytes) {
    int longest = 0;
    int from = -1;
    for (int start = 0; start < 8; start++) {
      int end = start;
      while (end < 8 && group(bytes, end) == 0) {
        end++;
      }
      if (end - start > longest && end - start > 1) {
        longest = end - start;
        from = start;
      }
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 8; i++) {
      if (i == from) {
        text.append("::");
        i += longest - 1;
      } else {
        text.append(text.isEmpty() || text.charAt(text.length() - 1) == ':' ? "" : ":");
        text.append(Integer.toHexString(group(bytes, i)));
      }
    }
    return text.toString();
  }

  private static int group(byte[] bytes, int index) {
    return (bytes[2 * index] & 0xff) << 8 | (bytes[2 * index + 1] & 0xff);
  }
}
