package dev.postern.plugins.tenant;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A pattern for one value: itself, {@code *} for any characters, none included, and placeholders
 * for 1 to 63 letters, digits, hyphens and underscores of ASCII. A placeholder never stands for
 * more than that, so that no client can put a dot, a slash or a quote into a host, database or
 * role. Both together may be there twice, which bounds the work for any value.
 */
record ValuePattern(String text, Pattern regex, List<String> placeholders) {
  /** Longer values match nothing. */
  static final int LONGEST = 256;

  private static final int MOST = 2;
  private static final Pattern WILD =
      Pattern.compile("\\*|" + Template.PLACEHOLDER.pattern() + "|[{}]");

  /**
   * Reads a pattern.
   *
   * @throws IllegalArgumentException if it is none
   */
  static ValuePattern of(String text) {
    if (text.isEmpty()) {
      throw new IllegalArgumentException("empty");
    }
    StringBuilder regex = new StringBuilder();
    List<String> placeholders = new ArrayList<>();
    Matcher wild = WILD.matcher(text);
    int from = 0;
    int count = 0;
    while (wild.find()) {
      if (wild.group().length() == 1 && !wild.group().equals("*")) {
        throw new IllegalArgumentException(
            "a brace that is no placeholder (expected: {name}, of lower-case letters, digits and"
                + " hyphens)");
      }
      regex.append(Pattern.quote(text.substring(from, wild.start())));
      if (wild.group().equals("*")) {
        regex.append(".*");
      } else {
        placeholders.add(wild.group(1));
        regex.append("([A-Za-z0-9_-]{1,63})");
      }
      from = wild.end();
      count++;
    }
    if (count > MOST) {
      throw new IllegalArgumentException(
          count + " placeholders and stars (expected: " + MOST + " at most)");
    }
    regex.append(Pattern.quote(text.substring(from)));
    return new ValuePattern(
        text, Pattern.compile(regex.toString(), Pattern.DOTALL), List.copyOf(placeholders));
  }

  /** Whether it stands for nothing but its own text. */
  boolean isExact() {
    return placeholders.isEmpty() && text.indexOf('*') < 0;
  }

  /**
   * Whether the value matches, and fits what other patterns have found: one placeholder has one
   * value. What this one finds is added.
   */
  boolean matches(String value, Map<String, String> found) {
    if (value.length() > LONGEST) {
      return false;
    }
    Matcher matcher = regex.matcher(value);
    if (!matcher.matches()) {
      return false;
    }
    for (int i = 0; i < placeholders.size(); i++) {
      String here = matcher.group(i + 1);
      String before = found.putIfAbsent(placeholders.get(i), here);
      if (before != null && !before.equals(here)) {
        return false;
      }
    }
    return true;
  }
}
