package dev.postern.plugins.audit;

import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * What else is not shown of statements and parameters.
 *
 * @param pattern a regular expression of Java; what it finds is replaced
 * @param replacement instead of it, taken as it is; {@code null}: {@code ?}
 */
public record RedactionRule(String pattern, @Nullable String replacement) {
  public RedactionRule {
    try {
      Pattern.compile(pattern);
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(
          "pattern: not a regular expression: " + e.getDescription() + " near " + e.getIndex(), e);
    }
  }

  String effectiveReplacement() {
    return replacement == null ? "?" : replacement;
  }
}
