package dev.postern.proxy.cli;

/** Text that others chose, made fit for a terminal. */
final class Shown {
  private Shown() {}

  /** Without control characters, which could move the cursor or change the terminal. */
  static String printable(String text) {
    return text.codePoints()
        .map(c -> Character.isISOControl(c) ? '?' : c)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }
}
