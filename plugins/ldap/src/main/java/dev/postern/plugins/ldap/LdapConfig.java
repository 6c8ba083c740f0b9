package dev.postern.plugins.ldap;

import dev.postern.api.auth.settings.ChainSettings;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The {@code config} section of the plugin. Either {@code userDn} or {@code search} is there.
 *
 * @param servers {@code ldap://host:port} or {@code ldaps://host:port}, first choice first
 * @param tls how connections are protected
 * @param account in whose name users and groups are looked up; {@code null}: anonymously, or where
 *     there is no search, as the user who logs in
 * @param userDn the user's name in the directory, with {@code {user}} for the name that the client
 *     gave
 * @param search how the user's entry is found
 * @param name which name the session gets; {@code null}: {@link NameRule#EXACT}
 * @param nameAttribute the attribute of the entry that holds the user's name; {@code null}: the one
 *     that {@code userDn} or the filter of {@code search} compares with {@code {user}}
 * @param attributes names of the session's attributes, with the entry's attributes that they come
 *     from
 * @param groups the user's groups; {@code null}: they are not looked up
 * @param backend how Postern logs in to servers for the users
 * @param refuseAfter a login that is refused hears so after this time at the earliest; {@code
 *     null}: 500 ms
 * @param chain which logins are for this authenticator where there are several; {@code null}: all
 */
public record LdapConfig(
    List<URI> servers,
    TlsConfig tls,
    @Nullable AccountConfig account,
    @Nullable String userDn,
    @Nullable SearchConfig search,
    @Nullable NameRule name,
    @Nullable String nameAttribute,
    @Nullable Map<String, String> attributes,
    @Nullable GroupsConfig groups,
    BackendConfig backend,
    TimeoutsConfig timeouts,
    LimitsConfig limits,
    @Nullable Duration refuseAfter,
    @Nullable ChainSettings chain) {
  private static final Duration REFUSE_AFTER = Duration.ofMillis(500);
  private static final Duration LONGEST_REFUSAL = Duration.ofSeconds(10);

  public LdapConfig {
    servers = List.copyOf(servers);
    attributes = attributes == null ? null : Map.copyOf(attributes);
    if (servers.isEmpty()) {
      throw new IllegalArgumentException("servers: none (expected: one or more)");
    }
    for (int i = 0; i < servers.size(); i++) {
      try {
        ServerAddress.of(servers.get(i), tls);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException("servers[" + i + "]: " + e.getMessage(), e);
      }
    }
    if ((userDn == null) == (search == null)) {
      throw new IllegalArgumentException(
          "user-dn and search: %s (expected: one of the two)"
              .formatted(search == null ? "neither is there" : "both are there"));
    }
    if (userDn != null) {
      Checks.dnTemplate("userDn", userDn);
    }
    Checks.attributeNames("nameAttribute", nameAttribute);
    if (attributes != null) {
      attributes.forEach(LdapConfig::checkAttribute);
      if (groups != null && attributes.containsKey(groups.effectiveAttribute())) {
        throw new IllegalArgumentException(
            "attributes: \"" + groups.effectiveAttribute() + "\" is the name of the groups");
      }
    }
    if (name != NameRule.CLIENT && nameAttribute == null && compared(userDn, search) == null) {
      throw new IllegalArgumentException(
          "nameAttribute: not set (expected: the attribute that holds the user's name, since"
              + " {user} is not compared with exactly one)");
    }
    if (refuseAfter != null
        && (refuseAfter.isNegative() || refuseAfter.compareTo(LONGEST_REFUSAL) > 0)) {
      throw new IllegalArgumentException("refuseAfter: out of range (expected: 0s..10s)");
    }
  }

  private static void checkAttribute(String session, String entry) {
    if (session.isBlank()) {
      throw new IllegalArgumentException("attributes: a name is empty");
    }
    Checks.attributeNames("attributes", entry);
  }

  private static @Nullable String compared(@Nullable String userDn, @Nullable SearchConfig search) {
    return userDn == null
        ? Objects.requireNonNull(search).comparedAttribute()
        : Checks.firstAttributeOf(userDn);
  }

  NameRule effectiveName() {
    return name == null ? NameRule.EXACT : name;
  }

  /** {@code null} only where the client's word counts for the name. */
  @Nullable String effectiveNameAttribute() {
    return nameAttribute == null ? compared(userDn, search) : nameAttribute;
  }

  Map<String, String> effectiveAttributes() {
    return attributes == null ? Map.of() : attributes;
  }

  Duration effectiveRefuseAfter() {
    return refuseAfter == null ? REFUSE_AFTER : refuseAfter;
  }
}
