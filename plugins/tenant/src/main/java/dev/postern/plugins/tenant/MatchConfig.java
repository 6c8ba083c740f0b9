package dev.postern.plugins.tenant;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a tenant is recognised: everything that is written here has to match. What a client does not
 * have matches nothing.
 *
 * @param database the database that the client asks for
 * @param user the user that the client proved to be
 * @param sni the host name that the client gave in its TLS handshake, in any case
 * @param attributes attributes of the user, each with a pattern for its whole value
 * @param lists attributes that are lists with commas between, such as groups, each with a pattern
 *     for one value of the list
 */
public record MatchConfig(
    @Nullable String database,
    @Nullable String user,
    @Nullable String sni,
    @Nullable Map<String, String> attributes,
    @Nullable Map<String, String> lists) {
  public MatchConfig {
    attributes = attributes == null || attributes.isEmpty() ? null : Map.copyOf(attributes);
    lists = lists == null || lists.isEmpty() ? null : Map.copyOf(lists);
    if (database == null && user == null && sni == null && attributes == null && lists == null) {
      throw new IllegalArgumentException(
          "empty (expected: database, user, sni, attributes or lists)");
    }
    check("database", database);
    check("user", user);
    check("sni", sni);
    if (attributes != null) {
      attributes.values().forEach(pattern -> check("attributes", pattern));
    }
    if (lists != null) {
      lists.values().forEach(pattern -> check("lists", pattern));
    }
  }

  private static void check(String key, @Nullable String pattern) {
    if (pattern != null) {
      try {
        ValuePattern.of(pattern);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(key + ": " + e.getMessage(), e);
      }
    }
  }

  private static List<String> placeholders(String pattern) {
    return ValuePattern.of(pattern).placeholders();
  }

  Map<String, String> effectiveAttributes() {
    return attributes == null ? Map.of() : attributes;
  }

  Map<String, String> effectiveLists() {
    return lists == null ? Map.of() : lists;
  }

  @Nullable ValuePattern databasePattern() {
    return database == null ? null : ValuePattern.of(database);
  }

  @Nullable ValuePattern userPattern() {
    return user == null ? null : ValuePattern.of(user);
  }

  @Nullable ValuePattern sniPattern() {
    return sni == null ? null : ValuePattern.of(sni.toLowerCase(Locale.ROOT));
  }

  /**
   * What a text with placeholders needs has to be found by these patterns.
   *
   * @param key of the text, for the message
   */
  void mustKnow(String key, String template) {
    Set<String> known = new HashSet<>();
    for (ValuePattern pattern :
        new ValuePattern[] {databasePattern(), userPattern(), sniPattern()}) {
      if (pattern != null) {
        known.addAll(pattern.placeholders());
      }
    }
    effectiveAttributes().values().forEach(text -> known.addAll(placeholders(text)));
    effectiveLists().values().forEach(text -> known.addAll(placeholders(text)));
    for (String placeholder : Template.placeholders(template)) {
      if (!known.contains(placeholder)) {
        throw new IllegalArgumentException(
            "%s: {%s} is in no pattern of match".formatted(key, placeholder));
      }
    }
  }
}
