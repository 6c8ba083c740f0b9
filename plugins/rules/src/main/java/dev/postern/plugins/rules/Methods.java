package dev.postern.plugins.rules;

import java.util.List;
import java.util.Map;
import java.util.Set;

/** The methods of PostgreSQL 18 that Postern leaves to authenticators, and what they are told. */
final class Methods {
  /** Postern's own, which need no authenticator. */
  static final Set<String> OWN = Set.of("trust", "reject", "cert");

  static final List<String> DELEGATED =
      List.of(
          "scram-sha-256",
          "md5",
          "password",
          "ldap",
          "oauth",
          "gss",
          "sspi",
          "ident",
          "peer",
          "pam",
          "bsd",
          "radius");

  /** Names of the options of each that an authenticator's own configuration takes the place of. */
  static final Map<String, Set<String>> OPTIONS =
      Map.of(
          "ldap",
          Set.of(
              "ldapurl",
              "ldaptls",
              "ldapscheme",
              "ldapserver",
              "ldapport",
              "ldapbinddn",
              "ldapbindpasswd",
              "ldapsearchattribute",
              "ldapsearchfilter",
              "ldapbasedn",
              "ldapprefix",
              "ldapsuffix"),
          "pam",
          Set.of("pamservice", "pam_use_hostname"),
          "radius",
          Set.of("radiusservers", "radiussecrets", "radiusports", "radiusidentifiers"),
          "gss",
          Set.of("krb_realm", "include_realm"),
          "sspi",
          Set.of("krb_realm", "include_realm", "compat_realm", "upn_username"),
          "oauth",
          Set.of("issuer", "scope", "validator", "delegate_ident_mapping"));

  /** Those that map the name of another system. */
  static final Set<String> MAPPING = Set.of("ident", "peer", "gss", "sspi", "cert", "oauth");

  private Methods() {}
}
