package dev.postern.plugins.oauth;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who may log in with a token, and as whom. Without rules, what the claim says is the user's name.
 *
 * @param claim the token's claim that says who it is; {@code null}: {@code sub}
 * @param rules any of these lets in
 * @param rulesFile a file with rules instead, read again when it changes
 */
public record UserConfig(
    @Nullable String claim, @Nullable List<UserRule> rules, @Nullable Path rulesFile) {
  public UserConfig {
    rules = rules == null ? null : List.copyOf(rules);
    Claims.checkPath("claim", claim);
    if (rules != null && rulesFile != null) {
      throw new IllegalArgumentException("rulesFile: beside rules (expected: one of the two)");
    }
  }

  String effectiveClaim() {
    return claim == null ? "sub" : claim;
  }
}
