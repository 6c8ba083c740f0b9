package dev.postern.plugins.ldap;

import com.unboundid.ldap.sdk.Attribute;
import com.unboundid.ldap.sdk.Entry;
import dev.postern.api.Secret;
import dev.postern.api.auth.AuthenticatedUser;
import dev.postern.api.auth.AuthenticationException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes of a user of the directory one of Postern, or refuses it. Safe for use by many threads. */
final class Admission {
  private static final Logger log = LoggerFactory.getLogger(Admission.class);
  private static final int LONGEST_VALUE = 1024;

  private final LdapConfig config;
  private final String instance;
  private final @Nullable GroupNames names;

  Admission(LdapConfig config, String instance) {
    this.config = config;
    this.instance = instance;
    this.names = config.groups() == null ? null : new GroupNames(config.groups(), instance);
  }

  /**
   * The user for the session, or why there is none.
   *
   * @param password what the user has proved; copied where it is handed on
   */
  AuthenticatedUser admit(DirectoryUser user, Secret password) throws AuthenticationException {
    if (!user.warning().isEmpty()) {
      log.atInfo()
          .addKeyValue("plugin", instance)
          .addKeyValue("user", user.name())
          .addKeyValue("warning", user.warning())
          .log("the directory warns");
    }
    Map<String, String> attributes = new TreeMap<>();
    config.effectiveAttributes().forEach((name, source) -> put(attributes, user, name, source));
    if (config.groups() != null && names != null) {
      String list = names.list(user.groups());
      mustBeInOneOf(config.groups().effectiveRequired(), list, user);
      if (!list.isEmpty()) {
        attributes.put(config.groups().effectiveAttribute(), list);
      }
    }
    String role = role(user);
    AuthenticatedUser admitted =
        AuthenticatedUser.named(user.name()).withAttributes(Map.copyOf(attributes));
    return admitted.withRole(
        role, config.backend().effectiveClientPassword() ? copyOf(password) : null);
  }

  private @Nullable String role(DirectoryUser user) throws AuthenticationException {
    String source = config.backend().roleAttribute();
    if (source == null) {
      return null;
    }
    Entry entry = user.entry();
    Attribute attribute = entry == null ? null : entry.getAttribute(source);
    String role =
        attribute == null || attribute.size() != 1 ? null : text(attribute.getValueByteArray());
    if (role == null || role.isBlank()) {
      throw AuthenticationException.denied(
          "user \"" + user.name() + "\" has no role here",
          "\"" + user.dn() + "\" has not exactly one " + source);
    }
    return role;
  }

  private static Secret copyOf(Secret password) {
    byte[] content = password.toByteArray();
    try {
      return Secret.copyOf(content);
    } finally {
      Arrays.fill(content, (byte) 0);
    }
  }

  private static void mustBeInOneOf(List<String> required, String list, DirectoryUser user)
      throws AuthenticationException {
    if (!required.isEmpty() && Arrays.stream(list.split(",", -1)).noneMatch(required::contains)) {
      throw AuthenticationException.denied(
          "user \"" + user.name() + "\" is in no group that may log in here",
          "\"" + user.dn() + "\" is in none of: " + String.join(", ", required));
    }
  }

  private void put(Map<String, String> attributes, DirectoryUser user, String name, String source) {
    Entry entry = user.entry();
    Attribute attribute = entry == null ? null : entry.getAttribute(source);
    if (attribute == null) {
      return;
    }
    String value = attribute.size() == 1 ? text(attribute.getValueByteArray()) : null;
    if (value != null && value.length() <= LONGEST_VALUE) {
      attributes.put(name, value);
      return;
    }
    log.atWarn()
        .addKeyValue("plugin", instance)
        .addKeyValue("user", user.name())
        .addKeyValue("attribute", source)
        .addKeyValue("values", attribute.size())
        .log("an attribute is left out: it is not one short text");
  }

  private static @Nullable String text(byte[] value) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(value)).toString();
      return OneLine.is(text) ? text : null;
    } catch (CharacterCodingException e) {
      return null;
    }
  }
}
