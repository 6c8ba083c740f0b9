package dev.postern.plugins.oauth;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The user's groups.
 *
 * @param claim the claim with their names; {@code null}: {@code groups}
 * @param names other names for groups
 * @param onlyNamed whether groups that are not in {@code names} are left out; {@code null}: no
 * @param required whoever is in none of these groups, by the names that sessions see, is refused;
 *     {@code null}: nobody is
 * @param attribute the session's attribute with the names of the groups; {@code null}: {@code
 *     groups}
 */
public record GroupsConfig(
    @Nullable String claim,
    @Nullable Map<String, String> names,
    @Nullable Boolean onlyNamed,
    @Nullable List<String> required,
    @Nullable String attribute) {
  public GroupsConfig {
    names = names == null ? null : Map.copyOf(names);
    required = required == null ? null : List.copyOf(required);
    Claims.checkPath("claim", claim);
    if (names != null) {
      names.values().forEach(name -> checkName("names", name));
    }
    if (required != null) {
      required.forEach(name -> checkName("required", name));
      if (required.isEmpty()) {
        throw new IllegalArgumentException("required: empty (expected: one group or more)");
      }
    }
    if (attribute != null && attribute.isBlank()) {
      throw new IllegalArgumentException("attribute: empty");
    }
  }

  private static void checkName(String key, String name) {
    if (!isUsable(name)) {
      throw new IllegalArgumentException(
          key + ": \"" + OneLine.of(name) + "\" (expected: names without a comma, not empty)");
    }
  }

  /** Whether it can stand in a list between commas. */
  static boolean isUsable(String name) {
    return !name.isBlank() && name.indexOf(',') < 0 && OneLine.is(name);
  }

  String effectiveClaim() {
    return claim == null ? "groups" : claim;
  }

  /** The name by which sessions know a group; {@code null}: it is left out. */
  @Nullable String nameOf(String group) {
    String given = names == null ? null : names.get(group);
    return given == null && (onlyNamed == null || !onlyNamed) ? group : given;
  }

  List<String> effectiveRequired() {
    return required == null ? List.of() : required;
  }

  String effectiveAttribute() {
    return attribute == null ? "groups" : attribute;
  }
}
