package dev.postern.plugins.querylog;

/**
 * The name of a command in its tag, which is mostly the one of the tag before. Used by one thread.
 */
final class CommandName {
  private String last = "";

  /** A tag without its numbers. */
  String of(String tag) {
    int end = tag.length();
    while (end > 0 && isDigitOrSpace(tag.charAt(end - 1))) {
      end--;
    }
    if (end != last.length() || !tag.startsWith(last)) {
      last = tag.substring(0, end);
    }
    return last;
  }

  private static boolean isDigitOrSpace(char c) {
    return (c >= '0' && c <= '9') || c == ' ';
  }
}
