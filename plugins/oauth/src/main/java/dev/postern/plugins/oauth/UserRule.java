package dev.postern.plugins.oauth;

import java.util.regex.Matcher;
import org.jspecify.annotations.Nullable;

/**
 * Lets an identity of the issuer log in as a user, as a line of pg_ident.conf does (PostgreSQL
 * documentation, "User Name Maps").
 *
 * @param identity what the token's claim says; with a slash before it, a regular expression for all
 *     of it
 * @param user the name that the client may ask for, with {@code \1} for what the expression's first
 *     group matched; with a slash before it, a regular expression for all of it
 */
public record UserRule(String identity, String user) {
  private static final String GROUP = "\\1";

  public UserRule {
    Expression expression = expression("identity", identity);
    boolean isExpression = expression("user", user) != null;
    boolean hasGroup = !isExpression && user.contains(GROUP);
    if (hasGroup && (expression == null || expression.groups() == 0)) {
      throw new IllegalArgumentException(
          "user: \\1 (expected: an identity with a group, such as \"/(.*)@example\\\\.com\")");
    }
  }

  private static @Nullable Expression expression(String key, String text) {
    if (text.isBlank() || text.equals("/")) {
      throw new IllegalArgumentException(key + ": empty");
    }
    if (!text.startsWith("/")) {
      return null;
    }
    try {
      return new Expression(text.substring(1));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          key + ": not a regular expression: " + OneLine.of(e.getMessage()), e);
    }
  }

  boolean allows(String claimed, String asked) throws TokenRefusedException {
    String wanted = user;
    if (identity.startsWith("/")) {
      Matcher matcher = new Expression(identity.substring(1)).match(claimed);
      if (matcher == null) {
        return false;
      }
      if (!user.startsWith("/") && user.contains(GROUP)) {
        String group = matcher.group(1);
        if (group == null) {
          return false; // it took no part, so there is nobody to log in as
        }
        wanted = user.replace(GROUP, group);
      }
    } else if (!identity.equals(claimed)) {
      return false;
    }
    return user.startsWith("/")
        ? new Expression(user.substring(1)).match(asked) != null
        : wanted.equals(asked);
  }
}
