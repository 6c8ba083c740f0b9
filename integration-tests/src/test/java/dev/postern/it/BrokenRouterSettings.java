package dev.postern.it;

import static dev.postern.it.BrokenSettings.BACKENDS;
import static dev.postern.it.BrokenSettings.TENANTS;
import static dev.postern.it.BrokenSettings.later;
import static dev.postern.it.BrokenSettings.wrong;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Settings of the bundled routers, each wrong in one thing. */
final class BrokenRouterSettings {
  private BrokenRouterSettings() {}

  static List<Breakage> all() {
    List<Breakage> all = new ArrayList<>();
    all.addAll(routes());
    all.addAll(tenant());
    return all;
  }

  private static List<Breakage> routes() {
    String one = "routes: [{name: a, " + BACKENDS + ", %s}]";
    return List.of(
        wrong("static-routes", "", "routes: missing"),
        wrong("static-routes", "routes: []", "routes: none (expected: one or more)"),
        wrong("static-routes", "routes: [{name: a, backends: []}]", "backends: none"),
        wrong(
            "static-routes", "routes: [{name: a, backends: [{port: 1}]}]", "backends[0].host: mis"),
        wrong(
            "static-routes",
            "routes: [{name: a, backends: [{host: h, port: 70000}]}]",
            "backends[0].port: 70000 (expected: 1..65535)"),
        wrong("static-routes", one.formatted("match: {}"), "match: "),
        wrong("static-routes", one.formatted("balance: fairly"), "balance: fairly (expected: "),
        wrong("static-routes", one.formatted("pool: {mode: often}"), "pool.mode: often"),
        wrong("static-routes", one.formatted("pool: {mode: session, size: -1}"), "pool.size: -1"),
        wrong("static-routes", one.formatted("login: {password: {file: conf/none}}"), "conf/none"),
        wrong("static-routes", one.formatted("login: {password: hunter2}"), "login.password"),
        wrong(
            "static-routes",
            "routes: [{name: a, %s}, {name: b, %s}]".formatted(BACKENDS, BACKENDS),
            "routes[0]: matches everything"),
        wrong(
            "static-routes",
            "routes: [{name: a, match: {user: x}, %s}, {name: a, %s}]"
                .formatted(BACKENDS, BACKENDS),
            "routes[1].name: \"a\" is another route's"),
        wrong(
            "static-routes",
            "routes: [{name: a, backends: [{host: h, tls: {mode: verify-full,"
                + " root-certificate: conf/no-ca.crt}}]}]",
            "no-ca.crt"));
  }

  private static List<Breakage> tenant() {
    return List.of(
        wrong("tenant", "", "file: missing"),
        wrong("tenant", "file: {a: b}", "file: "),
        later("tenant", "file: conf/none.yaml", "conf/none.yaml"),
        later("tenant", "file: conf", "conf"),
        tenants("no YAML", "tenants: [}", "conf/tenants.yaml:1:"),
        tenants("nothing", "", "tenants: missing"),
        tenants("an unknown key", TENANTS + "tenant: 1\n", "conf/tenants.yaml:2:1", "unknown"),
        tenants(
            "a placeholder of nowhere",
            TENANTS.replace("name: a,", "name: \"{b}\","),
            "{b} is in no pattern of match"),
        tenants("no server", TENANTS.replace("{host: 127.0.0.1}", ""), "backends: none"),
        tenants("a directory", null, "conf/tenants.yaml"));
  }

  private static Breakage tenants(String name, @Nullable String content, String... told) {
    return Breakage.later(
        "a file of tenants with " + name,
        home -> {
          Files.delete(home.conf("tenants.yaml"));
          if (content == null) {
            Files.createDirectory(home.conf("tenants.yaml"));
          } else {
            Files.writeString(home.conf("tenants.yaml"), content);
          }
        },
        told);
  }
}
