package dev.postern.api;

/**
 * A text in which {@code *} stands for any characters, none included; upper and lower case differ.
 * Matching takes at most the product of both lengths, whatever the client sends.
 *
 * @param pattern as the operator wrote it
 */
public record Glob(String pattern) {
  /** Whether all of the text matches. */
  public boolean matches(String text) {
    int p = 0;
    int t = 0;
    int star = -1;
    int resume = 0;
    while (t < text.length()) {
      if (p < pattern.length() && pattern.charAt(p) == '*') {
        star = p++;
        resume = t;
      } else if (p < pattern.length() && pattern.charAt(p) == text.charAt(t)) {
        p++;
        t++;
      } else if (star >= 0) {
        p = star + 1;
        t = ++resume;
      } else {
        return false;
      }
    }
    while (p < pattern.length() && pattern.charAt(p) == '*') {
      p++;
    }
    return p == pattern.length();
  }
}
