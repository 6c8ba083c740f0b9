package dev.postern.plugins.ldap;

import com.unboundid.ldap.sdk.SearchScope;

/** How far below its base a search goes. */
public enum Scope {
  /** The entries right below the base. */
  ONE_LEVEL,
  /** The base and everything below it. */
  SUBTREE;

  SearchScope toSearchScope() {
    return switch (this) {
      case ONE_LEVEL -> SearchScope.ONE;
      case SUBTREE -> SearchScope.SUB;
    };
  }
}
