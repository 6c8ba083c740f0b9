package dev.postern.plugins.ldap;

import com.unboundid.ldap.sdk.Attribute;
import com.unboundid.ldap.sdk.DN;
import com.unboundid.ldap.sdk.Entry;
import com.unboundid.ldap.sdk.Filter;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.RDN;
import com.unboundid.ldap.sdk.SearchResultEntry;
import dev.postern.api.auth.AuthenticationException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds the groups of a user, and the groups that these are in. Safe for use by many threads. */
final class Groups {
  /** Whoever is in more is refused: a list that is not whole cannot be judged. */
  static final int MOST = 1000;

  /** How many groups one search asks for. */
  private static final int BATCH = 50;

  private final GroupsConfig config;
  private final DN base;

  Groups(GroupsConfig config) {
    this.config = config;
    try {
      this.base = new DN(config.base());
    } catch (LDAPException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** What has to be read of the user's entry. */
  List<String> neededAttributes() {
    return config.filter() == null ? List.of(config.effectiveMemberOf()) : List.of();
  }

  /**
   * All of them, over as many steps as are configured.
   *
   * @param user the name of the session
   */
  Collection<Group> of(Link link, Entry entry, String user)
      throws LDAPException, AuthenticationException {
    Map<DN, Group> all = new LinkedHashMap<>();
    List<Group> found =
        config.filter() == null
            ? namedBy(entry)
            : search(link, List.of(filter(config.filter(), entry.getDN(), user)));
    List<Group> latest = addTo(all, found);
    for (int step = 0; step < config.effectiveNested() && !latest.isEmpty(); step++) {
      latest = addTo(all, holding(link, latest));
    }
    return all.values();
  }

  /** Returns those that are new. */
  private static List<Group> addTo(Map<DN, Group> all, List<Group> found)
      throws AuthenticationException {
    List<Group> added = new ArrayList<>();
    for (Group group : found) {
      if (all.putIfAbsent(group.dn(), group) == null) {
        added.add(group);
      }
    }
    if (all.size() > MOST) {
      throw tooMany();
    }
    return added;
  }

  private List<Group> holding(Link link, List<Group> groups)
      throws LDAPException, AuthenticationException {
    List<Group> found = new ArrayList<>();
    if (config.filter() == null) {
      for (Group group : groups) {
        Entry entry = Lookup.entry(link, group.dn().toString(), neededAttributes());
        if (entry != null) {
          found.addAll(namedBy(entry));
        }
      }
      return found;
    }
    for (int from = 0; from < groups.size(); from += BATCH) {
      List<Filter> any = new ArrayList<>();
      for (Group group : groups.subList(from, Math.min(from + BATCH, groups.size()))) {
        any.add(filter(config.filter(), group.dn().toString(), ""));
      }
      found.addAll(search(link, any));
    }
    return found;
  }

  private List<Group> namedBy(Entry entry) throws AuthenticationException {
    List<Group> groups = new ArrayList<>();
    for (Attribute attribute : entry.getAttributes()) {
      String name = attribute.getName();
      if (name.regionMatches(
          true,
          0,
          config.effectiveMemberOf() + ";range=",
          0,
          config.effectiveMemberOf().length() + 7)) {
        throw tooMany(); // Active Directory gives the rest to whoever asks again
      }
      if (name.equalsIgnoreCase(config.effectiveMemberOf())) {
        for (String value : attribute.getValues()) {
          DN dn = dnOrNull(value);
          if (dn != null && dn.isDescendantOf(base, true)) {
            groups.add(new Group(dn, nameIn(dn)));
          }
        }
      }
    }
    return groups;
  }

  private @Nullable String nameIn(DN dn) {
    RDN rdn = dn.getRDN();
    String[] names = rdn.getAttributeNames();
    for (int i = 0; i < names.length; i++) {
      if (names[i].equalsIgnoreCase(config.effectiveNameAttribute())) {
        return rdn.getAttributeValues()[i];
      }
    }
    return null;
  }

  private List<Group> search(Link link, List<Filter> any)
      throws LDAPException, AuthenticationException {
    Filter filter = any.size() == 1 ? any.getFirst() : Filter.createORFilter(any);
    List<Group> groups = new ArrayList<>();
    String name = config.effectiveNameAttribute();
    try {
      for (SearchResultEntry entry :
          Lookup.all(
              link,
              config.base(),
              config.effectiveScope().toSearchScope(),
              filter,
              List.of(name),
              MOST)) {
        DN dn = dnOrNull(entry.getDN());
        if (dn != null) {
          groups.add(new Group(dn, entry.getAttributeValue(name)));
        }
      }
    } catch (Lookup.TooManyException e) {
      throw tooMany();
    } catch (Lookup.NoBaseException e) {
      throw AuthenticationException.unavailable("groups: " + e.getMessage(), e);
    }
    return groups;
  }

  private static Filter filter(String template, String dn, String user) throws LDAPException {
    return Filter.create(Template.expand(template, Map.of(Template.DN, dn, Template.USER, user)));
  }

  private static AuthenticationException tooMany() {
    return AuthenticationException.unavailable("the user has more than " + MOST + " groups", null);
  }

  private static @Nullable DN dnOrNull(String text) {
    try {
      return new DN(text);
    } catch (LDAPException e) {
      return null;
    }
  }
}
