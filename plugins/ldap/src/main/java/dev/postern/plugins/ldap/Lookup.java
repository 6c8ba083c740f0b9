package dev.postern.plugins.ldap;

import com.unboundid.ldap.sdk.Filter;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.LDAPSearchException;
import com.unboundid.ldap.sdk.ResultCode;
import com.unboundid.ldap.sdk.SearchRequest;
import com.unboundid.ldap.sdk.SearchResult;
import com.unboundid.ldap.sdk.SearchResultEntry;
import com.unboundid.ldap.sdk.SearchScope;
import dev.postern.api.auth.AuthenticationException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Searches, and what comes of them. Holds no state. */
final class Lookup {
  private Lookup() {}

  /** The entry of that name, or {@code null} where there is none, or none that may be seen. */
  static @Nullable SearchResultEntry entry(Link link, String dn, List<String> attributes)
      throws LDAPException, AuthenticationException {
    Filter any = Filter.createPresenceFilter("objectClass");
    try {
      List<SearchResultEntry> found = all(link, dn, SearchScope.BASE, any, attributes, 1);
      return found.isEmpty() ? null : found.getFirst();
    } catch (NoBaseException e) {
      return null;
    }
  }

  /**
   * The entries that are found, at most {@code most}.
   *
   * @throws TooManyException if there are more
   * @throws AuthenticationException if the server does not want to say
   * @throws LDAPException if the server failed
   */
  static List<SearchResultEntry> all(
      Link link, String base, SearchScope scope, Filter filter, List<String> attributes, int most)
      throws LDAPException, AuthenticationException {
    // RFC 4511, section 4.5.1.8: 1.1 asks for no attribute at all.
    String[] wanted =
        attributes.isEmpty() ? new String[] {"1.1"} : attributes.toArray(String[]::new);
    SearchRequest request = new SearchRequest(base, scope, filter, wanted);
    request.setSizeLimit(most + 1);
    try {
      SearchResult result = link.search(request);
      if (result.getEntryCount() > most) {
        throw new TooManyException();
      }
      return result.getSearchEntries();
    } catch (LDAPSearchException e) {
      ResultCode code = e.getResultCode();
      if (code.equals(ResultCode.SIZE_LIMIT_EXCEEDED)) {
        throw new TooManyException();
      }
      if (code.equals(ResultCode.NO_SUCH_OBJECT)) {
        throw new NoBaseException(base);
      }
      if (Reasons.isFailure(code)) {
        throw e;
      }
      throw AuthenticationException.unavailable(
          "the search below \"" + base + "\" is refused: " + Reasons.of(e), e);
    }
  }

  /** There is more than was asked for. */
  static final class TooManyException extends LDAPException {
    private static final long serialVersionUID = 1L;

    TooManyException() {
      super(ResultCode.SIZE_LIMIT_EXCEEDED, "more entries than expected");
    }
  }

  /** There is nothing where the search was to begin. */
  static final class NoBaseException extends LDAPException {
    private static final long serialVersionUID = 1L;

    NoBaseException(String base) {
      super(ResultCode.NO_SUCH_OBJECT, "there is no entry \"" + base + "\", or it is hidden");
    }
  }
}
