package dev.postern.plugins.rules;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the first group of an expression holds. Java takes the first way to match that it comes
 * upon; PostgreSQL takes the longest match and then gives each part, from the left, as much as
 * leaves the others a match. Of branches that match all of their part the first one counts
 * (PostgreSQL documentation, "Regular Expression Matching Rules"; {@code ccondissect} and {@code
 * caltdissect} in its {@code regexec.c}). So the parts around the group are looked for here, and
 * Java is asked only whether a part can be exactly this piece of a name.
 */
final class FirstGroup {
  private final Pattern whole;
  private final List<Level> levels;

  /**
   * @param levels from the outside in; the last one's group is the first group
   */
  FirstGroup(Pattern whole, List<Level> levels) {
    this.whole = whole;
    this.levels = List.copyOf(levels);
  }

  /**
   * A branch with the group, or with a parenthesis that the group is in.
   *
   * @param earlier the branches in front of it; {@code null} if it is the first
   */
  record Level(
      @Nullable Pattern earlier, Pattern before, Pattern inner, Pattern innerOn, Pattern after) {
    static Level of(@Nullable String earlier, String before, String inner, String after) {
      return new Level(
          earlier == null ? null : compiled(earlier),
          compiled(before),
          compiled(inner),
          compiled(inner + after),
          compiled(after));
    }

    private static Pattern compiled(String translation) {
      return Pattern.compile(translation, Pattern.DOTALL);
    }

    /** The piece that the inner one has of this one's, or {@code null} if it has none. */
    @Nullable Piece innerOf(Piece piece, CharSequence name) {
      if (earlier != null && is(earlier, name, piece.from(), piece.to())) {
        return null;
      }
      int from = longest(before, innerOn, name, piece.from(), piece.to());
      return from < 0 ? null : new Piece(from, longest(inner, after, name, from, piece.to()));
    }

    /** Where the first has to end, to be as long as it can be; -1: the two do not match. */
    private static int longest(Pattern first, Pattern second, CharSequence name, int from, int to) {
      Matcher firstMatcher = matcher(first, name);
      Matcher secondMatcher = matcher(second, name);
      for (int middle = to; middle >= from; middle--) {
        if (!isWithinCharacter(name, middle)
            && firstMatcher.region(from, middle).matches()
            && secondMatcher.region(middle, to).matches()) {
          return middle;
        }
      }
      return -1;
    }
  }

  /** Part of a name, in UTF-16. */
  record Piece(int from, int to) {}

  /**
   * Its content in a name in which the expression is found; {@code null} if it takes no part.
   *
   * @param start where the match begins
   * @param end where one match from there ends, and the longest or not
   */
  @Nullable Piece in(CharSequence name, int start, int end) {
    int longest = name.length();
    while (longest > end && !is(whole, name, start, longest)) {
      longest--;
    }
    Piece piece = new Piece(start, longest);
    for (Level level : levels) {
      piece = level.innerOf(piece, name);
      if (piece == null) {
        return null;
      }
    }
    return piece;
  }

  private static boolean is(Pattern pattern, CharSequence name, int from, int to) {
    return !isWithinCharacter(name, to) && matcher(pattern, name).region(from, to).matches();
  }

  /** What looks around sees all of the name. */
  private static Matcher matcher(Pattern pattern, CharSequence name) {
    return pattern.matcher(name).useTransparentBounds(true).useAnchoringBounds(false);
  }

  private static boolean isWithinCharacter(CharSequence name, int at) {
    return at > 0
        && at < name.length()
        && Character.isSurrogatePair(name.charAt(at - 1), name.charAt(at));
  }
}
