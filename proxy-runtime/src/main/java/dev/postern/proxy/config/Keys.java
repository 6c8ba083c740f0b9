package dev.postern.proxy.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Names as they are written in the file, and what a mistyped one was meant to be. */
final class Keys {
  private Keys() {}

  /** {@code maxRows}, {@code MAX_ROWS} and {@code max-rows} all give {@code max-rows}. */
  static String kebab(String name) {
    StringBuilder kebab = new StringBuilder();
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (i > 0 && Character.isUpperCase(c) && isLowerCaseOrDigit(name.charAt(i - 1))) {
        kebab.append('-');
      }
      kebab.append(c == '_' ? '-' : Character.toLowerCase(c));
    }
    return kebab.toString();
  }

  private static boolean isLowerCaseOrDigit(char c) {
    return Character.isLowerCase(c) || Character.isDigit(c);
  }

  /** The known name nearest to {@code name}, if one is near enough to have been meant. */
  static Optional<String> nearest(String name, Collection<String> known) {
    String wanted = kebab(name);
    int farthest = Math.max(1, wanted.length() / 3);
    return known.stream()
        .filter(candidate -> distance(wanted, kebab(candidate)) <= farthest)
        .min(Comparator.comparingInt(candidate -> distance(wanted, kebab(candidate))));
  }

  /** {@code , did you mean "x"?}, or what is known here. */
  static String hint(String name, Collection<String> known) {
    if (known.isEmpty()) {
      return " (nothing can be set here)";
    }
    return nearest(name, known)
        .map(meant -> ", did you mean \"" + meant + "\"?")
        .orElseGet(() -> " (known here: " + String.join(", ", known) + ")");
  }

  /**
   * How many letters to add, drop, change or swap with the neighbour to get from one to the other.
   */
  static int distance(String from, String to) {
    int[][] d = new int[from.length() + 1][to.length() + 1];
    for (int i = 0; i <= from.length(); i++) {
      d[i][0] = i;
    }
    for (int j = 0; j <= to.length(); j++) {
      d[0][j] = j;
    }
    for (int i = 1; i <= from.length(); i++) {
      for (int j = 1; j <= to.length(); j++) {
        int change = from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1;
        d[i][j] = Math.min(Math.min(d[i - 1][j], d[i][j - 1]) + 1, d[i - 1][j - 1] + change);
        if (i > 1
            && j > 1
            && from.charAt(i - 1) == to.charAt(j - 2)
            && from.charAt(i - 2) == to.charAt(j - 1)) {
          d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
        }
      }
    }
    return d[from.length()][to.length()];
  }
}
