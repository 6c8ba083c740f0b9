package dev.postern.plugins.oauth;

import dev.postern.api.PluginContext;
import dev.postern.api.SettingsException;
import dev.postern.api.auth.AuthenticatedUser;
import dev.postern.api.auth.AuthenticationException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes of what a token says a user of Postern, or refuses it. Safe for use by many threads. */
final class Admission {
  private static final Logger log = LoggerFactory.getLogger(Admission.class);

  private final OauthConfig config;
  private final String instance;
  private final UserNames names;

  Admission(OauthConfig config, PluginContext context) throws SettingsException {
    this.config = config;
    this.instance = context.instanceName();
    this.names = new UserNames(config.user(), context);
  }

  /**
   * The user for the session.
   *
   * @param asked the name that the client gave
   * @throws TokenRefusedException if the token is not for this name
   * @throws AuthenticationException if it is, but may not log in
   */
  AuthenticatedUser admit(Claims claims, String asked)
      throws TokenRefusedException, AuthenticationException {
    names.check(claims, asked);
    Map<String, String> attributes = new TreeMap<>();
    for (Map.Entry<String, String> wanted : config.effectiveAttributes().entrySet()) {
      put(attributes, claims, wanted.getKey(), wanted.getValue());
    }
    GroupsConfig groups = config.groups();
    if (groups != null) {
      Set<String> names = groupsOf(claims, groups);
      if (!groups.effectiveRequired().isEmpty()
          && groups.effectiveRequired().stream().noneMatch(names::contains)) {
        throw AuthenticationException.denied(
            "user \"" + asked + "\" is in no group that may log in here",
            "the token of " + subject(claims) + " has none of: " + groups.effectiveRequired());
      }
      if (!names.isEmpty()) {
        attributes.put(groups.effectiveAttribute(), String.join(",", names));
      }
    }
    return AuthenticatedUser.named(asked)
        .withAttributes(Map.copyOf(attributes))
        .withRole(role(claims, asked), null)
        .withExpiry(expiry(claims));
  }

  /** From when on the token lets nobody in any more. */
  private @Nullable Instant expiry(Claims claims) throws TokenRefusedException {
    Instant expires = config.effectiveEndSessions() ? claims.time("exp") : null;
    return expires == null ? null : expires.plus(config.effectiveClockSkew());
  }

  private @Nullable String role(Claims claims, String asked)
      throws TokenRefusedException, AuthenticationException {
    RoleConfig roles = config.role();
    if (roles == null) {
      return null;
    }
    String role = roles.role(claims);
    if (role == null) {
      throw AuthenticationException.denied(
          "user \"" + asked + "\" has no role here",
          "the token of " + subject(claims) + " names none in " + roles.claim());
    }
    return role;
  }

  private Set<String> groupsOf(Claims claims, GroupsConfig groups) throws TokenRefusedException {
    TreeSet<String> names = new TreeSet<>();
    for (String group : claims.texts(groups.effectiveClaim())) {
      String name = groups.nameOf(group);
      if (name != null && GroupsConfig.isUsable(name)) {
        names.add(name);
      } else if (name != null) {
        log.atWarn()
            .addKeyValue("plugin", instance)
            .addKeyValue("group", OneLine.of(group))
            .log("a group is left out, because of the comma in its name: give it another one");
      }
    }
    return names;
  }

  private void put(Map<String, String> attributes, Claims claims, String name, String claim)
      throws TokenRefusedException {
    List<String> said = claims.texts(claim);
    if (said.size() == 1) {
      attributes.put(name, said.getFirst());
    } else if (said.size() > 1) {
      log.atWarn()
          .addKeyValue("plugin", instance)
          .addKeyValue("claim", claim)
          .addKeyValue("values", said.size())
          .log("an attribute is left out: the claim is not one text");
    }
  }

  /** Who a proved token is of, for the log. */
  static String subject(Claims claims) {
    return "subject \"%s\"%s"
        .formatted(
            OneLine.of(String.valueOf(claims.values().get("sub"))),
            claims.values().get("jti") instanceof String id ? ", jti hash " + hash(id) : "");
  }

  /** Enough to find a token by its identifier, which some issuers take for the token itself. */
  private static String hash(String id) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(id.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
