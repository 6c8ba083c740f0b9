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

  private final String text;
  private final Pattern pattern;

  /**
   * @param text without the slash
   * @throws IllegalArgumentException if it is none, or is one that Postern does not know
   */
  Expression(String text) {
    this.text = text;
    try {
      this.pattern = Pattern.compile(new ExpressionReader(text).translated(), Pattern.DOTALL);
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(e.getDescription(), e);
    }
  }

  /** What was found, or {@code null}. */
  @Nullable Matcher find(String name) throws UndecidedException {
    Matcher matcher = pattern.matcher(new Counted(name));
    try {
      return matcher.find() ? matcher : null;
    } catch (TooManySteps | StackOverflowError e) {
      throw new UndecidedException("the expression /" + text + " takes too long on this name", e);
    }
  }

  int groups() {
    return pattern.matcher("").groupCount();
  }

  /** Everything the search looks at, it looks at through this. */
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
