package dev.postern.plugins.oauth;

import org.jspecify.annotations.Nullable;

/** Texts of others, fit for a line of the log. */
final class OneLine {
  private static final int LONGEST = 300;

  private OneLine() {}

  static boolean is(String text) {
    return text.chars().noneMatch(Character::isISOControl);
  }

  /** Without control characters, and cut where it is long. */
  static String of(@Nullable String text) {
    if (text == null) {
      return "";
    }
    String line = text.replaceAll("\\p{Cntrl}+", " ").strip();
    return line.length() <= LONGEST ? line : line.substring(0, LONGEST) + "...";
  }
}
