package dev.postern.plugins.oauth;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a proved token says (RFC 7519, section 4). Claims are named by their name, or by a path with
 * dots into claims that hold others: {@code realm_access.roles}.
 *
 * @param values as JSON objects, lists, texts, numbers and booleans
 */
record Claims(Map<String, Object> values) {
  private static final int LONGEST = 4096;
  private static final int MOST = 1000;

  /** The year 9999. */
  private static final BigDecimal LAST_SECOND = BigDecimal.valueOf(253_402_300_799L);

  static void checkPath(String key, @Nullable String path) {
    if (path != null && (path.isBlank() || !OneLine.is(path))) {
      throw new IllegalArgumentException(key + ": not the name of a claim");
    }
  }

  private @Nullable Object find(String path) {
    return find(values, path);
  }

  /** A claim of exactly this name goes before a path. */
  private static @Nullable Object find(Map<?, ?> object, String path) {
    Object whole = object.get(path);
    if (whole != null) {
      return whole;
    }
    for (int dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', dot + 1)) {
      if (object.get(path.substring(0, dot)) instanceof Map<?, ?> inner) {
        return find(inner, path.substring(dot + 1));
      }
    }
    return null;
  }

  boolean has(String path) {
    return find(path) != null;
  }

  /**
   * The texts of a claim that is one, or a list of them; numbers and booleans are texts too. Empty
   * if it is not there.
   *
   * @throws TokenRefusedException if it is something else, or much too long
   */
  List<String> texts(String path) throws TokenRefusedException {
    Object value = find(path);
    if (value == null) {
      return List.of();
    }
    List<?> list = value instanceof List<?> several ? several : List.of(value);
    if (list.size() > MOST) {
      throw new TokenRefusedException("its claim %s has more than %d".formatted(path, MOST));
    }
    List<String> texts = new ArrayList<>();
    for (Object one : list) {
      texts.add(text(path, one));
    }
    return texts;
  }

  private static String text(String path, @Nullable Object value) throws TokenRefusedException {
    String text =
        switch (value) {
          case String string -> string;
          case Boolean bool -> bool.toString();
          case Number number -> decimal(number).stripTrailingZeros().toPlainString();
          case null, default ->
              throw new TokenRefusedException("its claim " + path + " is neither text nor texts");
        };
    if (text.isEmpty() || text.length() > LONGEST || !OneLine.is(text)) {
      throw new TokenRefusedException(
          "its claim %s is empty, longer than %d, or has control characters"
              .formatted(path, LONGEST));
    }
    return text;
  }

  /**
   * A time (RFC 7519, section 2, NumericDate); {@code null} if it is not there.
   *
   * @throws TokenRefusedException if it is no time
   */
  @Nullable Instant time(String name) throws TokenRefusedException {
    Object value = values.get(name);
    if (value == null) {
      if (values.containsKey(name)) {
        throw new TokenRefusedException("its claim " + name + " is null");
      }
      return null;
    }
    if (!(value instanceof Number number)) {
      throw new TokenRefusedException("its claim " + name + " is no number");
    }
    BigDecimal seconds = decimal(number);
    if (seconds.signum() < 0 || seconds.compareTo(LAST_SECOND) > 0) {
      throw new TokenRefusedException("its claim " + name + " is no time");
    }
    return Instant.ofEpochSecond(seconds.longValue());
  }

  private static BigDecimal decimal(Number number) throws TokenRefusedException {
    try {
      BigDecimal decimal = new BigDecimal(number.toString());
      if (Math.abs((long) decimal.scale()) > LONGEST) {
        throw new TokenRefusedException("a number in it is out of range");
      }
      return decimal;
    } catch (NumberFormatException e) {
      throw new TokenRefusedException("a number in it is none");
    }
  }

  /** Shows no claim. */
  @Override
  public String toString() {
    return "Claims[" + values.size() + "]";
  }
}
