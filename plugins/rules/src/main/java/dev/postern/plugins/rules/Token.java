package dev.postern.plugins.rules;

/**
 * One value of a field.
 *
 * @param quoted whether it began with a quotation mark, which takes the meaning from keywords
 */
record Token(String text, boolean quoted) {
  boolean is(String keyword) {
    return !quoted && text.equals(keyword);
  }

  /** Whether it names the members of a role. */
  boolean isGroup() {
    return !quoted && text.startsWith("+");
  }

  /** Quotation marks do not take this meaning. */
  boolean isExpression() {
    return text.startsWith("/");
  }
}
