package dev.postern.plugins.tenant;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A pattern for one value: itself, {@code *} for any characters, none included, and placeholders
 * for 1 to 63 letters, digits, hyphens and underscores of ASCII. A placeholder never stands for
 * more than that, so that no client can put a dot, a slash or a quote into a host, database or
 * role. Both together may be there twice, which bounds the work for any value.
 *
 * @param parts of the text, in its order
 * @param regex where there are several ways to match, the first placeholder or star takes as much
 *     as it can
 * @param placeholders each once, in their order
 */
record ValuePattern(String text, List<Part> parts, Pattern regex, List<String> placeholders) {
  /** Longer values match nothing. */
  static final int LONGEST = 256;

  private static final int MOST = 2;
  private static final Pattern WILD =
      Pattern.compile("\\*|" + Template.PLACEHOLDER.pattern() + "|[{}]");

  /** What a pattern is put together from. */
  sealed interface Part {}

  private record Literal(String text) implements Part {}

  private record Star() implements Part {}

  private record Placeholder(String name) implements Part {}

  /**
   * Reads a pattern.
   *
   * @throws IllegalArgumentException if it is none
   */
  static ValuePattern of(String text) {
    if (text.isEmpty()) {
      throw new IllegalArgumentException("empty");
    }
    List<Part> parts = new ArrayList<>();
    Matcher wild = WILD.matcher(text);
    int from = 0;
    int count = 0;
    while (wild.find()) {
      if (wild.group().length() == 1 && !wild.group().equals("*")) {
        throw new IllegalArgumentException(
            "a brace that is no placeholder (expected: {name}, of lower-case letters, digits and"
                + " hyphens)");
      }
      parts.add(new Literal(text.substring(from, wild.start())));
      if (wild.group().equals("*")) {
        parts.add(new Star());
      } else {
        parts.add(new Placeholder(wild.group(1)));
      }
      from = wild.end();
      count++;
    }
    if (count > MOST) {
      throw new IllegalArgumentException(
          count + " placeholders and stars (expected: " + MOST + " at most)");
    }
    parts.add(new Literal(text.substring(from)));
    return of(text, parts);
  }

  private static ValuePattern of(String text, List<Part> parts) {
    StringBuilder regex = new StringBuilder();
    List<String> groups = new ArrayList<>();
    for (Part part : parts) {
      switch (part) {
        case Literal(String literal) -> regex.append(Pattern.quote(literal));
        case Star() -> regex.append(".*");
        case Placeholder(String name) when groups.contains(name) ->
            regex.append("(?:\\").append(groups.indexOf(name) + 1).append(')');
        case Placeholder(String name) -> {
          groups.add(name);
          regex.append("([A-Za-z0-9_-]{1,63})");
        }
      }
    }
    return new ValuePattern(
        text,
        List.copyOf(parts),
        Pattern.compile(regex.toString(), Pattern.DOTALL),
        List.copyOf(groups));
  }

  /** Whether it stands for nothing but its own text. */
  boolean isExact() {
    return parts.stream().allMatch(Literal.class::isInstance);
  }

  /**
   * Whether a value that matches does so in one way, so that nothing has to be chosen.
   *
   * @param known the placeholders that have a value already
   */
  boolean hasOneWay(Set<String> known) {
    Set<String> unknown = new HashSet<>(placeholders);
    unknown.removeAll(known);
    return unknown.isEmpty() || (unknown.size() == 1 && !parts.contains(new Star()));
  }

  /** The same with what is known in the place of placeholders. */
  ValuePattern given(Map<String, String> known) {
    if (placeholders.stream().noneMatch(known::containsKey)) {
      return this;
    }
    List<Part> given = new ArrayList<>();
    for (Part part : parts) {
      String value = part instanceof Placeholder(String name) ? known.get(name) : null;
      given.add(value == null ? part : new Literal(value));
    }
    return of(text, given);
  }

  /**
   * Whether the value matches; what its placeholders find is added then.
   *
   * @param found what other patterns have found: one placeholder has one value
   */
  boolean matches(String value, Map<String, String> found) {
    if (value.length() > LONGEST) {
      return false;
    }
    ValuePattern open = given(found);
    Matcher matcher = open.regex.matcher(value);
    if (!matcher.matches()) {
      return false;
    }
    for (int i = 0; i < open.placeholders.size(); i++) {
      found.put(open.placeholders.get(i), matcher.group(i + 1));
    }
    return true;
  }
}
