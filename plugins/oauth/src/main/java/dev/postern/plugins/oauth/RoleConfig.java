package dev.postern.plugins.oauth;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * As which role Postern logs in to servers for a user, where the route does not say.
 *
 * @param claim the claim that names it, or has what is chosen by
 * @param choose the first of these whose value is in the claim; {@code null}: the claim is the role
 */
public record RoleConfig(String claim, @Nullable List<RoleChoice> choose) {
  public RoleConfig {
    choose = choose == null ? null : List.copyOf(choose);
    Claims.checkPath("claim", claim);
    if (choose != null && choose.isEmpty()) {
      throw new IllegalArgumentException("choose: empty (expected: one choice or more)");
    }
  }

  /** {@code null}: there is none. */
  @Nullable String role(Claims claims) throws TokenRefusedException {
    List<String> said = claims.texts(claim);
    if (choose == null) {
      return said.size() == 1 && !said.getFirst().isBlank() ? said.getFirst() : null;
    }
    return choose.stream()
        .filter(choice -> said.contains(choice.value()))
        .map(RoleChoice::role)
        .findFirst()
        .orElse(null);
  }
}
