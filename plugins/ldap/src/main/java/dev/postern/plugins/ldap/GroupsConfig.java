package dev.postern.plugins.ldap;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The user's groups: those that its entry names in {@code memberOf}, or those that a search finds.
 *
 * @param base groups count if they are below this entry
 * @param memberOf the attribute of the user's entry that names its groups; {@code null}: {@code
 *     memberOf}, where there is no filter
 * @param filter finds groups instead, in RFC 4515's form, with {@code {dn}} for the user's name in
 *     the directory and {@code {user}} for the session's
 * @param scope how far below {@code base} the search goes; {@code null}: {@link Scope#SUBTREE}
 * @param nameAttribute the attribute that is a group's name; {@code null}: {@code cn}
 * @param nested over how many steps groups that hold groups are followed; {@code null}: 0
 * @param names other names for groups, by their name or DN
 * @param onlyNamed whether groups that are not in {@code names} are left out; {@code null}: no
 * @param required whoever is in none of these groups, by the names that sessions see, is refused;
 *     {@code null}: nobody is
 * @param attribute the session's attribute with the names of the groups; {@code null}: {@code
 *     groups}
 */
public record GroupsConfig(
    String base,
    @Nullable String memberOf,
    @Nullable String filter,
    @Nullable Scope scope,
    @Nullable String nameAttribute,
    @Nullable Integer nested,
    @Nullable Map<String, String> names,
    @Nullable Boolean onlyNamed,
    @Nullable List<String> required,
    @Nullable String attribute) {
  private static final int DEEPEST = 20;

  public GroupsConfig {
    names = names == null ? null : Map.copyOf(names);
    required = required == null ? null : List.copyOf(required);
    Checks.dn("base", base);
    Checks.attributeNames("memberOf", memberOf);
    Checks.attributeNames("nameAttribute", nameAttribute);
    if (filter != null) {
      if (memberOf != null) {
        throw new IllegalArgumentException("memberOf: and a filter (expected: one of the two)");
      }
      Checks.filterTemplate("filter", filter, Template.USER, Template.DN);
    } else if (scope != null) {
      throw new IllegalArgumentException("scope: without a filter (expected: both or neither)");
    }
    if (nested != null && (nested < 0 || nested > DEEPEST)) {
      throw new IllegalArgumentException("nested: " + nested + " (expected: 0.." + DEEPEST + ")");
    }
    if (nested != null && nested > 0 && filter != null && filter.contains(Template.USER)) {
      throw new IllegalArgumentException(
          "nested: " + nested + ", but a group has no {user} (expected: a filter with {dn} alone)");
    }
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
    if (!GroupNames.isUsable(name)) {
      throw new IllegalArgumentException(
          key + ": \"" + OneLine.of(name) + "\" (expected: names without a comma, not empty)");
    }
  }

  String effectiveMemberOf() {
    return memberOf == null ? "memberOf" : memberOf;
  }

  Scope effectiveScope() {
    return scope == null ? Scope.SUBTREE : scope;
  }

  String effectiveNameAttribute() {
    return nameAttribute == null ? "cn" : nameAttribute;
  }

  int effectiveNested() {
    return nested == null ? 0 : nested;
  }

  Map<String, String> effectiveNames() {
    return names == null ? Map.of() : names;
  }

  boolean effectiveOnlyNamed() {
    return onlyNamed != null && onlyNamed;
  }

  List<String> effectiveRequired() {
    return required == null ? List.of() : required;
  }

  String effectiveAttribute() {
    return attribute == null ? "groups" : attribute;
  }
}
