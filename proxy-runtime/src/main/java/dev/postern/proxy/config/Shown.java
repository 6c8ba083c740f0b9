package dev.postern.proxy.config;

/** Text of the configuration as it may stand in a message: on one line, and not too long. */
final class Shown {
  private static final int LONGEST_VALUE = 80;
  private static final int LONGEST_MESSAGE = 500;

  private Shown() {}

  /** A value. */
  static String line(String text) {
    return line(text, LONGEST_VALUE);
  }

  /** What somebody else's code says about a value. */
  static String message(String text) {
    return line(text, LONGEST_MESSAGE);
  }

  static String quoted(String text) {
    return '"' + line(text) + '"';
  }

  private static String line(String text, int longest) {
    StringBuilder shown = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      if (i == longest) {
        return shown.append("...").toString();
      }
      char c = text.charAt(i);
      if (Character.isISOControl(c) || c == '\u2028' || c == '\u2029') {
        shown.append(String.format("\\u%04x", (int) c));
      } else {
        shown.append(c);
      }
    }
    return shown.toString();
  }
}
