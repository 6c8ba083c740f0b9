package dev.postern.plugins.oauth;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/** A regular expression that has to match a whole name, within a bounded number of steps. */
final class Expression {
  private static final int STEPS = 100_000;

  private final Pattern pattern;

  /**
   * @throws IllegalArgumentException if it is none
   */
  Expression(String text) {
    try {
      this.pattern = Pattern.compile(text, Pattern.DOTALL);
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(e.getDescription(), e);
    }
  }

  int groups() {
    return pattern.matcher("").groupCount();
  }

  /** What matched; {@code null}: nothing. */
  @Nullable Matcher match(String name) throws TokenRefusedException {
    Matcher matcher = pattern.matcher(new Counted(name));
    try {
      return matcher.matches() ? matcher : null;
    } catch (TooManySteps | StackOverflowError e) {
      throw new TokenRefusedException("the expression /" + pattern + " takes too long on a name");
    }
  }

  /** Everything the matching looks at, it looks at through this. */
  private static final class Counted implements CharSequence {
    private final String name;
    private int steps;

    Counted(String name) {
      this.name = name;
    }

    @Override
    public char charAt(int index) {
      if (++steps > STEPS) {
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
