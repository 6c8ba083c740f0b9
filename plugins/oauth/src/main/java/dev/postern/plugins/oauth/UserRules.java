package dev.postern.plugins.oauth;

import java.util.List;

/**
 * A file with rules.
 *
 * @param rules any of them lets in
 */
public record UserRules(List<UserRule> rules) {
  public UserRules {
    rules = List.copyOf(rules);
  }
}
