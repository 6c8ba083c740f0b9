package dev.postern.plugins.ldap;

import com.unboundid.ldap.sdk.BindResult;
import com.unboundid.ldap.sdk.Entry;
import com.unboundid.ldap.sdk.Filter;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.SearchResultEntry;
import dev.postern.api.Secret;
import dev.postern.api.auth.AuthenticationException;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The conversation with a server about one login: who is that, is this the password, which groups.
 * Safe for use by many threads.
 */
final class UserLogin {
  private final LdapConfig config;
  private final @Nullable Groups groups;
  private final List<String> attributes;

  UserLogin(LdapConfig config) {
    this.config = config;
    this.groups = config.groups() == null ? null : new Groups(config.groups());
    Set<String> needed = new LinkedHashSet<>(config.effectiveAttributes().values());
    if (config.effectiveName() != NameRule.CLIENT && config.effectiveNameAttribute() != null) {
      needed.add(config.effectiveNameAttribute());
    }
    if (groups != null) {
      needed.addAll(groups.neededAttributes());
    }
    if (config.backend().roleAttribute() != null) {
      needed.add(config.backend().roleAttribute());
    }
    this.attributes = List.copyOf(needed);
  }

  /**
   * Asks a server all of it.
   *
   * @throws AuthenticationException if the login is refused
   * @throws LDAPException if the server failed
   */
  DirectoryUser perform(DirectoryServer server, String user, Secret password, Deadline deadline)
      throws LDAPException, AuthenticationException {
    if (config.search() != null) {
      return bySearch(config.search(), server, user, password, deadline);
    }
    String dn = Template.expand(String.valueOf(config.userDn()), Map.of(Template.USER, user));
    if (config.account() == null) {
      return server.asUser(
          deadline,
          link -> {
            String warning = bind(link, user, dn, password);
            return described(link, user, dn, warning);
          });
    }
    String warning = server.asUser(deadline, link -> bind(link, user, dn, password));
    return server.asAccount(deadline, link -> described(link, user, dn, warning));
  }

  private DirectoryUser bySearch(
      SearchConfig search, DirectoryServer server, String user, Secret password, Deadline deadline)
      throws LDAPException, AuthenticationException {
    SearchResultEntry entry = server.asAccount(deadline, link -> find(link, search, user));
    String dn = entry.getDN();
    String name = sessionName(user, entry);
    String warning = server.asUser(deadline, link -> bind(link, user, dn, password));
    Collection<Group> found =
        groups == null
            ? List.of()
            : server.asAccount(deadline, link -> groups.of(link, entry, name));
    return new DirectoryUser(name, dn, entry, found, warning);
  }

  private SearchResultEntry find(Link link, SearchConfig search, String user)
      throws LDAPException, AuthenticationException {
    Filter filter = Filter.create(Template.expand(search.filter(), Map.of(Template.USER, user)));
    try {
      List<SearchResultEntry> found =
          Lookup.all(
              link, search.base(), search.effectiveScope().toSearchScope(), filter, attributes, 1);
      // An entry without a name is the root of the directory: nobody can bind as that.
      if (found.isEmpty() || found.getFirst().getDN().isBlank()) {
        throw AuthenticationException.invalidPassword(user, "the directory has no such user");
      }
      return found.getFirst();
    } catch (Lookup.TooManyException e) {
      throw AuthenticationException.invalidPassword(
          user, "the directory has several users of that name, so none of them is let in");
    } catch (Lookup.NoBaseException e) {
      throw AuthenticationException.unavailable("users: " + e.getMessage(), e);
    }
  }

  /** What is known of a user who has proved its password. */
  private DirectoryUser described(Link link, String user, String dn, String warning)
      throws LDAPException, AuthenticationException {
    if (attributes.isEmpty() && groups == null) {
      return new DirectoryUser(user, dn, null, List.of(), warning);
    }
    Entry entry = Lookup.entry(link, dn, attributes);
    if (entry == null) {
      throw AuthenticationException.unavailable(
          "the entry \"" + dn + "\" cannot be read (an account may be needed)", null);
    }
    String name = sessionName(user, entry);
    Collection<Group> found = groups == null ? List.of() : groups.of(link, entry, name);
    return new DirectoryUser(name, entry.getDN(), entry, found, warning);
  }

  private String sessionName(String user, Entry entry) throws AuthenticationException {
    String attribute = config.effectiveNameAttribute();
    String[] values = attribute == null ? null : entry.getAttributeValues(attribute);
    List<String> known = values == null ? List.of() : List.of(values);
    String name = config.effectiveName().sessionName(user, known);
    if (name != null) {
      return name;
    }
    if (known.isEmpty() && config.effectiveName() != NameRule.CLIENT) {
      throw AuthenticationException.unavailable(
          "the attribute " + attribute + " of \"" + entry.getDN() + "\" cannot be read", null);
    }
    throw AuthenticationException.invalidPassword(
        user, "the directory spells the name otherwise: " + OneLine.of(String.join(", ", known)));
  }

  /** Returns what the directory says of a password that it takes; empty for nothing. */
  private static String bind(Link link, String user, String dn, Secret password)
      throws LDAPException, AuthenticationException {
    BindResult result;
    try {
      result = link.bind(dn, password);
    } catch (LDAPException e) {
      if (Reasons.isRefusal(e.getResultCode())) {
        throw AuthenticationException.invalidPassword(
            user, "refused by the directory: " + Reasons.of(e));
      }
      if (Reasons.isFailure(e.getResultCode())) {
        throw e;
      }
      throw AuthenticationException.unavailable(
          "the directory does not let users log in: " + Reasons.of(e), e);
    }
    String error = Reasons.policyError(result);
    if (error != null) {
      throw AuthenticationException.invalidPassword(user, "the password is right, but " + error);
    }
    return Reasons.policyWarning(result);
  }
}
