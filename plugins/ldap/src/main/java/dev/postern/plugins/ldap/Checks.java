package dev.postern.plugins.ldap;

import com.unboundid.ldap.sdk.DN;
import com.unboundid.ldap.sdk.Filter;
import com.unboundid.ldap.sdk.LDAPException;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What is said of names and filters in the configuration. The messages begin with the key. */
final class Checks {
  private static final Pattern ATTRIBUTE =
      Pattern.compile("[A-Za-z][A-Za-z0-9-]*(;[A-Za-z0-9-]+)*|[0-9]+(\\.[0-9]+)+");
  private static final Pattern PLACEHOLDER = Pattern.compile("\\{[^{}]*\\}");
  private static final Pattern FIRST_RDN =
      Pattern.compile("\\s*([A-Za-z][A-Za-z0-9-]*)\\s*=\\s*\\{user\\}\\s*(,.*)?");

  private Checks() {}

  static void dn(String key, String dn) {
    if (dn.isBlank()) {
      throw new IllegalArgumentException(key + ": empty");
    }
    if (!DN.isValidDN(dn)) {
      throw new IllegalArgumentException(
          key + ": not a distinguished name: " + OneLine.of(dn) + " (expected: RFC 4514)");
    }
  }

  static void dnTemplate(String key, String template) {
    placeholders(key, template, Template.USER);
    dn(key, Template.expand(template, Map.of(Template.USER, "x")));
  }

  static void filterTemplate(String key, String template, String... allowed) {
    placeholders(key, template, allowed);
    try {
      Filter.create(
          Template.expand(
              template,
              Arrays.stream(allowed).collect(Collectors.toMap(Function.identity(), any -> "x"))));
    } catch (LDAPException e) {
      throw new IllegalArgumentException(
          key + ": not a filter: " + OneLine.of(e.getMessage()) + " (expected: RFC 4515)", e);
    }
  }

  static void attributeNames(String key, @Nullable String name) {
    if (name != null && !ATTRIBUTE.matcher(name).matches()) {
      throw new IllegalArgumentException(
          key + ": not the name of an attribute: " + OneLine.of(name));
    }
  }

  /** The attribute of a DN's first part, if that is {@code attribute={user}}. */
  static @Nullable String firstAttributeOf(String template) {
    Matcher matcher = FIRST_RDN.matcher(template);
    return matcher.matches() ? matcher.group(1) : null;
  }

  private static void placeholders(String key, String template, String... allowed) {
    boolean found = false;
    Matcher matcher = PLACEHOLDER.matcher(template);
    while (matcher.find()) {
      found = true;
      if (!Arrays.asList(allowed).contains(matcher.group())) {
        throw new IllegalArgumentException(
            key + ": " + matcher.group() + " (expected: " + String.join(" or ", allowed) + ")");
      }
    }
    if (!found) {
      throw new IllegalArgumentException(
          key + ": no placeholder (expected: " + String.join(" or ", allowed) + ")");
    }
  }
}
