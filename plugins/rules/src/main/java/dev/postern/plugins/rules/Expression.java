package dev.postern.plugins.rules;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * A regular expression in PostgreSQL's words (PostgreSQL documentation, "POSIX Regular
 * Expressions"). A search takes a bounded number of steps, whatever name a client makes up.
 */
final class Expression {
  /** Of an expression that does what people write in these files, a long name takes hundreds. */
  private static final int STEPS = 100_000;

  /** Of whom a name is of, a proof is there already. */
  private static final int STEPS_FOR_GROUP = 1_000_000;

  private final String text;
  private final ExpressionReader reader;
  private final Pattern pattern;

  /**
   * @param text without the slash
   * @throws IllegalArgumentException if it is none, or is one that Postern does not know
   */
  Expression(String text) {
    this.text = text;
    this.reader = new ExpressionReader(text);
    try {
      this.pattern = Pattern.compile(reader.translated(), Pattern.DOTALL);
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(e.getDescription(), e);
    }
  }

  boolean isIn(String name) throws UndecidedException {
    try {
      return pattern.matcher(new Counted(name, STEPS)).find();
    } catch (TooManySteps | StackOverflowError e) {
      throw tooLong(e);
    }
  }

  int groups() {
    return reader.groups();
  }

  /**
   * Finds out what the first group holds.
   *
   * @throws IllegalArgumentException if Postern may see that otherwise than PostgreSQL
   */
  FirstGroup firstGroup() {
    return new FirstGroup(pattern, reader.aroundFirstGroup());
  }

  /**
   * What the first group holds in a name.
   *
   * @return {@code null} if it takes no part in the match
   */
  @Nullable String groupIn(String name, FirstGroup group) throws UndecidedException {
    Counted counted = new Counted(name, STEPS_FOR_GROUP);
    try {
      Matcher matcher = pattern.matcher(counted);
      if (!matcher.find()) {
        return null;
      }
      FirstGroup.Piece piece = group.in(counted, matcher.start(), matcher.end());
      return piece == null ? null : name.substring(piece.from(), piece.to());
    } catch (TooManySteps | StackOverflowError e) {
      throw tooLong(e);
    }
  }

  private UndecidedException tooLong(Throwable e) {
    return new UndecidedException("the expression /" + text + " takes too long on this name", e);
  }

  /** Everything the search looks at, it looks at through this. */
  private static final class Counted implements CharSequence {
    private final String name;
    private int left;

    Counted(String name, int most) {
      this.name = name;
      this.left = most;
    }

    @Override
    public char charAt(int index) {
      if (--left < 0) {
        throw new TooManySteps();
      }
      return name.charAt(index);
    }

    @Override
    public int length() {
      return name.length();
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return name.substring(start, end);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private static final class TooManySteps extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TooManySteps() {
      super(null, null, false, false);
    }
  }
}
