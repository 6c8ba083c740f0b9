package dev.postern.plugins.audit;

import dev.postern.api.intercept.SqlLiterals;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Takes out of texts what must not be shown. Safe for use by many threads.
 *
 * <p>A regular expression can take a time that grows beyond all bounds with its text. Here it may
 * look at so many characters; a text that wants more is not shown at all.
 */
final class Redaction {
  static final String WITHHELD = "(withheld: a redaction rule took too long)";

  /** In the place of bytes that are not UTF-8: another encoding may have other quotes. */
  private static final char NOT_UTF_8 = '\uFFFD';

  /** Looks at characters for each one of the text, and in any case. */
  private static final int LOOKS_PER_CHARACTER = 200;

  private static final int MIN_LOOKS = 20_000;

  private record Rule(Pattern pattern, String replacement) {}

  private final boolean keepLiterals;
  private final List<Rule> rules;

  Redaction(boolean keepLiterals, List<RedactionRule> rules) {
    this.keepLiterals = keepLiterals;
    this.rules =
        rules.stream()
            .map(
                rule ->
                    new Rule(
                        Pattern.compile(rule.pattern()),
                        Matcher.quoteReplacement(rule.effectiveReplacement())))
            .toList();
  }

  /**
   * Whether a statement has to do with passwords: ALTER ROLE and its kin take them as literals, and
   * no password may come into a log, whatever is configured.
   */
  static boolean speaksOfPassword(String sql) {
    return sql.toLowerCase(Locale.ROOT).contains("password");
  }

  /**
   * What may be shown of a statement.
   *
   * @param secret whether its values are hidden in any case
   */
  String ofStatement(String sql, boolean secret) {
    return byRules(hidesLiterals(secret) ? SqlLiterals.redact(sql) : sql);
  }

  /** Whether more may run than {@link #ofStatement} shows. */
  boolean isUnclear(String sql, boolean secret) {
    return sql.indexOf(NOT_UTF_8) >= 0 || (hidesLiterals(secret) && SqlLiterals.isUnclear(sql));
  }

  private boolean hidesLiterals(boolean secret) {
    return secret || !keepLiterals;
  }

  /** What may be shown of a value. */
  String ofValue(String value) {
    return byRules(value);
  }

  private String byRules(String text) {
    if (rules.isEmpty()) {
      return text;
    }
    try {
      String shown = text;
      for (Rule rule : rules) {
        Watched watched = new Watched(shown, 0, shown.length(), new Looks(shown.length()));
        shown = rule.pattern.matcher(watched).replaceAll(rule.replacement);
      }
      return shown;
    } catch (TooManyLooks | StackOverflowError e) {
      return WITHHELD;
    }
  }

  private static final class TooManyLooks extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TooManyLooks() {
      super("too many looks", null, false, false);
    }
  }

  private static final class Looks {
    private long left;

    Looks(int length) {
      left = MIN_LOOKS + (long) length * LOOKS_PER_CHARACTER;
    }
  }

  /** A text that counts how often it is looked at. */
  private record Watched(String text, int begin, int end, Looks looks) implements CharSequence {
    @Override
    public int length() {
      return end - begin;
    }

    @Override
    public char charAt(int index) {
      if (--looks.left < 0) {
        throw new TooManyLooks();
      }
      return text.charAt(begin + index);
    }

    @Override
    public CharSequence subSequence(int from, int to) {
      return new Watched(text, begin + from, begin + to, looks);
    }

    @Override
    public String toString() {
      return text.substring(begin, end);
    }
  }
}
