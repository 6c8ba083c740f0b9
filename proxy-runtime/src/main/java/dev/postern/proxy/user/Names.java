package dev.postern.proxy.user;

import java.nio.charset.StandardCharsets;

/**
 * The rules for names of users, roles and databases: PostgreSQL's, and nothing that could forge a
 * line of a log.
 */
public final class Names {
  /** PostgreSQL's NAMEDATALEN less the final zero, in bytes of UTF-8. */
  public static final int MAX_BYTES = 63;

  /** The longest name of a route, in characters. */
  static final int MAX_ROUTE_LENGTH = 200;

  private Names() {}

  /**
   * Lets a name pass.
   *
   * @param what what the name stands for, to begin the message with
   * @return the name
   * @throws StoreException {@code INVALID} if it is no name
   */
  public static String check(String what, String name) {
    int length = name.getBytes(StandardCharsets.UTF_8).length;
    if (length < 1 || length > MAX_BYTES) {
      throw StoreException.invalid(
          what + ": " + length + " bytes (expected: 1.." + MAX_BYTES + ")");
    }
    checkCharacters(what, name);
    return name;
  }

  /** Whether it could be one. */
  static boolean isName(String name) {
    // A character has at least one byte, so a long text is not encoded to be measured.
    return !name.isEmpty()
        && name.length() <= MAX_BYTES
        && name.getBytes(StandardCharsets.UTF_8).length <= MAX_BYTES
        && name.codePoints().allMatch(Names::isPrintable);
  }

  static String checkRoute(String route) {
    if (route.isEmpty() || route.length() > MAX_ROUTE_LENGTH) {
      throw StoreException.invalid(
          "route: " + route.length() + " characters (expected: 1.." + MAX_ROUTE_LENGTH + ")");
    }
    checkCharacters("route", route);
    return route;
  }

  private static void checkCharacters(String what, String name) {
    if (!name.codePoints().allMatch(Names::isPrintable)) {
      throw StoreException.invalid(what + ": holds a control character or half a surrogate pair");
    }
  }

  private static boolean isPrintable(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }
}
