package dev.postern.it;

import dev.postern.api.PluginFactory;
import dev.postern.plugins.audit.AuditFactory;
import dev.postern.plugins.ldap.LdapAuthenticatorFactory;
import dev.postern.plugins.limits.LimitsFactory;
import dev.postern.plugins.mask.MaskFactory;
import dev.postern.plugins.oauth.OauthAuthenticatorFactory;
import dev.postern.plugins.querylog.QueryLogFactory;
import dev.postern.plugins.recorder.RecorderFactory;
import dev.postern.plugins.rules.RulesAuthenticatorFactory;
import dev.postern.plugins.scram.ScramAuthenticatorFactory;
import dev.postern.plugins.staticroutes.StaticRoutesFactory;
import dev.postern.plugins.tenant.TenantRouterFactory;
import java.util.ArrayList;
import java.util.List;

/** Configurations that name every bundled plugin, each wrong in one thing. */
final class BrokenSettings {
  static final List<Class<? extends PluginFactory<?>>> PLUGINS =
      List.of(
          ScramAuthenticatorFactory.class,
          RulesAuthenticatorFactory.class,
          LdapAuthenticatorFactory.class,
          OauthAuthenticatorFactory.class,
          StaticRoutesFactory.class,
          TenantRouterFactory.class,
          QueryLogFactory.class,
          AuditFactory.class,
          RecorderFactory.class,
          LimitsFactory.class,
          MaskFactory.class);

  static final List<Class<? extends PluginFactory<?>>> FEW =
      List.of(ScramAuthenticatorFactory.class, StaticRoutesFactory.class);

  static final String TENANTS =
      "tenants: [{name: a, match: {database: a}, backends: [{host: 127.0.0.1}]}]\n";

  static final String HBA = "rules: [\"host all all all scram-sha-256\"]";
  static final String METHODS = "methods: {scram-sha-256: scram}";
  static final String LDAP =
      "servers: [\"ldap://127.0.0.1:1\"], user-dn: \"uid={user},dc=example,dc=org\"";
  static final String OAUTH =
      "issuer: \"https://127.0.0.1:1\", audience: [postern], scopes: [postgres]";
  static final String MASK =
      "policies: [{name: p, users: [x], columns: [{table: public.t, column: c, with: nulled}]}]";
  static final String LIMITS = "limits: [{name: few, concurrent: 100}]";

  /**
   * All bundled plugins, each with a configuration; those that are asked first leave it to scram.
   */
  static final String GOOD =
      BreakableInstallation.LISTENERS
          + """
          authenticators:
            chain:
              - {plugin: rules, config: {@rules@}}
              - {plugin: scram, config: {@scram@}}
              - {plugin: ldap, config: {@ldap@}}
              - {plugin: oauth, config: {@oauth@}}
          routers:
            - {plugin: tenant, config: {@tenant@}}
            - plugin: static-routes
              config: {@static-routes@}
          interceptors:
            - {plugin: query-log, config: {@query-log@}}
            - {plugin: audit, config: {@audit@}}
            - {plugin: recorder, config: {@recorder@}}
            - {plugin: limits, config: {@limits@}}
            - {plugin: mask, config: {@mask@}}
          """;

  static final String BACKENDS = "backends: [{host: 127.0.0.1}]";

  private BrokenSettings() {}

  private static String good(String plugin) {
    return switch (plugin) {
      case "rules" -> HBA + ", " + METHODS;
      case "ldap" -> LDAP;
      case "oauth" -> OAUTH;
      case "tenant" -> "file: conf/tenants.yaml";
      case "static-routes" ->
          "routes: [{name: all, backends: [{host: 127.0.0.1, port: %d}]}]"
              .formatted(Gateways.server().port());
      case "query-log" -> "file: logs/queries.jsonl";
      case "recorder" -> "users: {include: [nobody]}";
      case "limits" -> LIMITS;
      case "mask" -> "catalog: {user: postgres}, " + MASK;
      default -> "";
    };
  }

  /** The good configuration, but for one plugin's section. */
  static String yaml(String plugin, String config) {
    String yaml = GOOD;
    for (String each : NAMES) {
      yaml = yaml.replace("@" + each + "@", each.equals(plugin) ? config : good(each));
    }
    return yaml;
  }

  private static final List<String> NAMES =
      List.of(
          "rules",
          "scram",
          "ldap",
          "oauth",
          "tenant",
          "static-routes",
          "query-log",
          "audit",
          "recorder",
          "limits",
          "mask");

  static List<Breakage> all() {
    List<Breakage> cases = new ArrayList<>();
    for (String plugin : NAMES) {
      String good = good(plugin);
      cases.add(
          wrong(plugin, good + (good.isEmpty() ? "" : ", ") + "nonsense: 1", "nonsense: unknown"));
      String section = "{plugin: %s, config: {@%s@}}".formatted(plugin, plugin);
      if (GOOD.contains(section)) {
        for (String value : List.of("5", "[a, b]", "text")) {
          cases.add(
              whole(
                  plugin + " configured with " + value,
                  GOOD.replace(section, "{plugin: %s, config: %s}".formatted(plugin, value)),
                  "config: "));
        }
      }
    }
    cases.addAll(BrokenInterceptorSettings.all());
    cases.addAll(BrokenAuditSettings.all());
    cases.addAll(BrokenLoginSettings.all());
    cases.addAll(BrokenRouterSettings.all());
    cases.addAll(chains());
    return cases;
  }

  private static List<Breakage> chains() {
    String scram = "- {plugin: scram, config: {@scram@}}";
    String mask = "- {plugin: mask, config: {@mask@}}";
    return List.of(
        whole("no authenticator at all", cut("authenticators:", "routers:"), "authenticator: mis"),
        whole("no router at all", cut("routers:", "interceptors:"), "router: missing"),
        whole(
            "both forms of authenticators",
            GOOD + "authenticator: {plugin: scram, name: other}\n",
            "authenticator: beside authenticators (expected: either"),
        whole(
            "both forms of routers",
            GOOD + "router: {plugin: tenant, name: other}\n",
            "router: beside"),
        whole(
            "two instances of one name",
            GOOD.replace(scram, scram + "\n    " + scram),
            "\"scram\" is the name of"),
        whole(
            "an interceptor with an authenticator's name",
            GOOD.replace(mask, mask.replace("plugin: mask", "plugin: mask, name: scram")),
            "\"scram\" is the name of authenticators"),
        whole(
            "an instance of an unknown factory",
            GOOD.replace("plugin: scram,", "plugin: scrum, name: scram,"),
            "there is no authenticator \"scrum\" (known: "),
        whole(
            "a plugin of another kind",
            GOOD.replace("plugin: scram,", "plugin: tenant, name: scram,"),
            "\"tenant\" is of kind router, not authenticator"),
        whole(
            "an unknown kind of agreement",
            GOOD.replace("  chain:", "  require: some\n  chain:"),
            "require: some (expected: "),
        whole(
            "nobody in the chain",
            cut("authenticators:", "routers:") + "authenticators: {chain: []}\n",
            "chain: empty"),
        whole("no name of a plugin", GOOD.replace(mask, "- {config: {}}"), "plugin: missing"),
        whole(
            "an empty name",
            GOOD.replace(mask, "- {plugin: mask, name: \"\", config: {@mask@}}"),
            "name: "),
        whole(
            "an interceptor for nobody",
            GOOD.replace(mask, "- {plugin: mask, only: {users: []}, config: {@mask@}}"),
            "only"),
        whole(
            "an unknown limit of an interceptor",
            GOOD.replace(mask, "- {plugin: mask, only: {people: [a]}, config: {@mask@}}"),
            "only.people: unknown setting"),
        whole("no YAML", GOOD + "}\n", "conf/postern.yaml:"),
        whole("a key twice", GOOD + "interceptors: []\n", "interceptors"),
        circle());
  }

  /** Each asks the other. */
  private static Breakage circle() {
    String yaml =
        GOOD.replace("@rules@", HBA + ", methods: {scram-sha-256: more}")
            .replace(
                "    - {plugin: scram,",
                "    - {plugin: rules, name: more, config: {"
                    + HBA
                    + ", methods: {scram-sha-256: rules}}}\n    - {plugin: scram,");
    return Breakage.later(
        "a circle of authenticators",
        home -> home.write(filled(yaml)),
        "conf/postern.yaml:4:7",
        "authenticator rules delegates back to itself: rules, more, rules");
  }

  private static String cut(String from, String to) {
    return GOOD.substring(0, GOOD.indexOf("\n" + from) + 1)
        + GOOD.substring(GOOD.indexOf("\n" + to) + 1);
  }

  static Breakage wrong(String plugin, String config, String... told) {
    return Breakage.of(
        plugin + ": " + (config.isEmpty() ? "nothing set" : config),
        home -> home.write(yaml(plugin, config)),
        told);
  }

  static Breakage later(String plugin, String config, String... told) {
    return Breakage.later(plugin + ": " + config, home -> home.write(yaml(plugin, config)), told);
  }

  private static Breakage whole(String name, String yaml, String... told) {
    return Breakage.of(name, home -> home.write(filled(yaml)), told);
  }

  private static String filled(String yaml) {
    String filled = yaml;
    for (String each : NAMES) {
      filled = filled.replace("@" + each + "@", good(each));
    }
    return filled;
  }
}
