package dev.postern.plugins.ldap;

import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How a user's entry is found.
 *
 * @param base where the search begins
 * @param filter in RFC 4515's form, with {@code {user}} for the name that the client gave
 * @param scope how far below it goes; {@code null}: {@link Scope#SUBTREE}
 */
public record SearchConfig(String base, String filter, @Nullable Scope scope) {
  private static final Pattern COMPARISON =
      Pattern.compile("\\(([A-Za-z][A-Za-z0-9-]*)=\\{user\\}\\)");

  public SearchConfig {
    Checks.dn("base", base);
    Checks.filterTemplate("filter", filter, Template.USER);
  }

  Scope effectiveScope() {
    return scope == null ? Scope.SUBTREE : scope;
  }

  /** The one attribute that is compared with the user's name, if it is one. */
  @Nullable String comparedAttribute() {
    List<MatchResult> found = COMPARISON.matcher(filter).results().toList();
    return found.size() == 1 && filter.split("\\{user\\}", -1).length == 2
        ? found.getFirst().group(1)
        : null;
  }
}
