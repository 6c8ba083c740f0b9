package dev.postern.api;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An amount of memory or storage, written {@code 512B}, {@code 64KiB}, {@code 16MiB} or {@code
 * 2GiB}.
 *
 * @param bytes 0 or more
 */
public record DataSize(long bytes) implements Comparable<DataSize> {
  private static final String[] UNITS = {"B", "KiB", "MiB", "GiB"};
  private static final Pattern FORM = Pattern.compile("(0|[1-9][0-9]{0,18})(B|KiB|MiB|GiB)");

  public DataSize {
    if (bytes < 0) {
      throw new IllegalArgumentException(bytes + " bytes (expected: 0 or more)");
    }
  }

  public static DataSize ofKibibytes(long kibibytes) {
    return new DataSize(Math.multiplyExact(kibibytes, 1L << 10));
  }

  public static DataSize ofMebibytes(long mebibytes) {
    return new DataSize(Math.multiplyExact(mebibytes, 1L << 20));
  }

  /**
   * Reads a whole number and its unit, such as {@code 16MiB}.
   *
   * @throws IllegalArgumentException if the text has another form, or the size is 8 EiB or more
   */
  public static DataSize parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "expected: a whole number with a unit of B, KiB, MiB or GiB, such as 16MiB");
    }
    try {
      long bytes = Long.parseLong(matcher.group(1));
      int power = List.of(UNITS).indexOf(matcher.group(2));
      return new DataSize(Math.multiplyExact(bytes, 1L << (10 * power)));
    } catch (ArithmeticException | NumberFormatException e) {
      throw new IllegalArgumentException("expected: less than 8 EiB", e);
    }
  }

  @Override
  public int compareTo(DataSize other) {
    return Long.compare(bytes, other.bytes);
  }

  /** In the largest unit that gives a whole number; {@link #parse} reads it back. */
  @Override
  public String toString() {
    long amount = bytes;
    int unit = 0;
    while (amount != 0 && amount % 1024 == 0 && unit < UNITS.length - 1) {
      amount /= 1024;
      unit++;
    }
    return amount + UNITS[unit];
  }
}
