package dev.postern.plugins.oauth;

/**
 * A role for those of whom the claim says this.
 *
 * @param value one of the claim's texts
 * @param role the role at the server
 */
public record RoleChoice(String value, String role) {
  public RoleChoice {
    if (value.isEmpty()) {
      throw new IllegalArgumentException("value: empty");
    }
    if (role.isBlank() || !OneLine.is(role)) {
      throw new IllegalArgumentException("role: not the name of a role");
    }
  }
}
