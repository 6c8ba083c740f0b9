package dev.postern.plugins.ldap;

import com.unboundid.ldap.sdk.DN;
import com.unboundid.ldap.sdk.LDAPException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The names under which sessions know their groups. A name with a comma would read as two in the
 * list of them, so such a group is left out, unless it has another name.
 */
final class GroupNames {
  private static final Logger log = LoggerFactory.getLogger(GroupNames.class);

  private final String instance;
  private final boolean onlyNamed;
  private final Map<DN, String> byDn = new HashMap<>();
  private final Map<String, String> byName = new HashMap<>();

  GroupNames(GroupsConfig config, String instance) {
    this.instance = instance;
    this.onlyNamed = config.effectiveOnlyNamed();
    config
        .effectiveNames()
        .forEach(
            (group, name) -> {
              DN dn = dnOrNull(group);
              if (dn == null) {
                byName.put(group, name);
              } else {
                byDn.put(dn, name);
              }
            });
  }

  /** Whether it can stand in a list between commas. */
  static boolean isUsable(String name) {
    return !name.isBlank() && name.indexOf(',') < 0 && OneLine.is(name);
  }

  /** In the order of the alphabet, with commas between; empty for none. */
  String list(Collection<Group> groups) {
    TreeSet<String> names = new TreeSet<>();
    for (Group group : groups) {
      String name = name(group);
      if (name != null && isUsable(name)) {
        names.add(name);
      } else if (name != null) {
        log.atWarn()
            .addKeyValue("plugin", instance)
            .addKeyValue("group", OneLine.of(group.dn().toString()))
            .log("a group is left out, because of the comma in its name: give it another one");
      }
    }
    return names.stream().collect(Collectors.joining(","));
  }

  private @Nullable String name(Group group) {
    String given = byDn.get(group.dn());
    if (given == null && group.name() != null) {
      given = byName.get(group.name());
    }
    return given == null && !onlyNamed ? group.name() : given;
  }

  private static @Nullable DN dnOrNull(String text) {
    if (text.indexOf('=') < 0) {
      return null;
    }
    try {
      return new DN(text);
    } catch (LDAPException e) {
      return null;
    }
  }
}
