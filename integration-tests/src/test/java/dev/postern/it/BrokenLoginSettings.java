package dev.postern.it;

import static dev.postern.it.BrokenSettings.HBA;
import static dev.postern.it.BrokenSettings.LDAP;
import static dev.postern.it.BrokenSettings.METHODS;
import static dev.postern.it.BrokenSettings.OAUTH;
import static dev.postern.it.BrokenSettings.later;
import static dev.postern.it.BrokenSettings.wrong;

import java.util.ArrayList;
import java.util.List;

/** Settings of the bundled authenticators, each wrong in one thing. */
final class BrokenLoginSettings {
  private BrokenLoginSettings() {}

  static List<Breakage> all() {
    List<Breakage> all = new ArrayList<>();
    all.addAll(rules());
    all.addAll(ldap());
    all.addAll(oauth());
    return all;
  }

  private static List<Breakage> rules() {
    return List.of(
        wrong("rules", "", "file and rules: neither is there"),
        wrong("rules", HBA + ", file: conf/x", "file and rules: both are there"),
        wrong("rules", HBA + ", methods: {trust: scram}", "methods: trust needs no authent"),
        wrong("rules", HBA + ", methods: {magic: scram}", "methods: magic (expected: "),
        wrong("rules", HBA + ", lookup-timeout: 1h, " + METHODS, "lookup-timeout: "),
        wrong("rules", "rules: 5", "rules: a single value (expected: a list)"),
        later("rules", HBA, "scram-sha-256"),
        later("rules", HBA + ", methods: {scram-sha-256: nobody}", "nobody"),
        later("rules", HBA + ", methods: {scram-sha-256: rules}", "this authenticator itself"),
        later("rules", "rules: [nonsense]", "nonsense"),
        later("rules", "rules: [\"host all all 127.0.0.1/99 trust\"]", "127.0.0.1/99"),
        later("rules", "rules: [\"host all all all magic\"]", "magic"),
        later("rules", "file: conf/no_hba.conf", "no_hba.conf"),
        later("rules", "file: conf", "conf"));
  }

  private static List<Breakage> ldap() {
    String dn = ", user-dn: \"uid={user},dc=example,dc=org\"";
    return List.of(
        wrong("ldap", "user-dn: \"uid={user},dc=a\"", "servers: missing"),
        wrong("ldap", "servers: []" + dn, "servers: none (expected: one or more)"),
        wrong("ldap", "servers: [\"http://127.0.0.1\"]" + dn, "servers[0]: "),
        wrong("ldap", "servers: [\"ldap://\"]" + dn, "servers[0]: "),
        wrong("ldap", "servers: [\"ldap://127.0.0.1\"]", "user-dn and search: neither is there"),
        wrong("ldap", "servers: [\"ldap://127.0.0.1\"], user-dn: \"uid=me\"", "user-dn: "),
        wrong("ldap", LDAP + ", timeouts: {connect: 1h}", "timeouts.connect: out of range"),
        wrong("ldap", LDAP + ", limits: {concurrent-logins: 0}", "limits.concurrent-logins: 0"),
        wrong("ldap", LDAP + ", tls: {trust: conf/no-ca.crt}", "tls.trust: "),
        wrong("ldap", LDAP + ", tls: {trust: conf/postern.yaml}", "tls.trust: "),
        wrong("ldap", LDAP + ", account: {dn: \"cn=a\"}", "account.password: missing"),
        wrong(
            "ldap",
            LDAP + ", account: {dn: \"cn=a\", password: {file: conf/no.password}}",
            "no.password"),
        wrong("ldap", LDAP + ", account: {dn: \"cn=a\", password: swordfish}", "account.password"),
        wrong("ldap", LDAP + ", groups: {base: \"no dn\"}", "groups.base: "),
        wrong("ldap", LDAP + ", groups: {base: \"dc=a\", nested: 99}", "groups.nested: 99"),
        wrong("ldap", LDAP + ", refuse-after: 1m", "refuse-after: out of range"));
  }

  private static List<Breakage> oauth() {
    return List.of(
        wrong("oauth", "audience: [a], scopes: []", "issuer: missing"),
        wrong("oauth", "issuer: \"https://a\", scopes: []", "audience: missing"),
        wrong("oauth", OAUTH.replace("[postern]", "[]"), "audience: none"),
        wrong("oauth", OAUTH.replace("https:", "http:"), "issuer: "),
        wrong("oauth", OAUTH.replace("https:", "ftp:"), "issuer: "),
        wrong("oauth", OAUTH.replace("[postgres]", "[\"a b\"]"), "scopes: "),
        wrong("oauth", OAUTH + ", algorithms: [none]", "algorithms[0]: none (expected: "),
        wrong("oauth", OAUTH + ", algorithms: []", "algorithms: none (expected: one or more)"),
        wrong("oauth", OAUTH + ", clock-skew: 1h", "clock-skew: out of range"),
        wrong("oauth", OAUTH + ", longest-life: 0s", "longest-life: not positive"),
        wrong("oauth", OAUTH + ", trust: conf/no-ca.crt", "trust: ", "no-ca.crt"),
        wrong("oauth", OAUTH + ", trust: conf/postern.yaml", "trust: "),
        wrong("oauth", OAUTH + ", keys: {refresh: 1ms}", "keys.refresh: out of range"),
        wrong("oauth", OAUTH + ", keys: {refresh: 2h, keep: 1h}", "keys.keep: shorter than"),
        wrong("oauth", OAUTH + ", limits: {token: 1B}", "limits.token: 1B (expected: 256"),
        wrong("oauth", OAUTH + ", timeouts: {login: 1h}", "timeouts.login: out of range"),
        wrong("oauth", OAUTH + ", groups: {required: []}", "groups.required: empty"),
        later("oauth", OAUTH + ", user: {rules-file: conf/none.yaml}", "conf/none.yaml"));
  }
}
