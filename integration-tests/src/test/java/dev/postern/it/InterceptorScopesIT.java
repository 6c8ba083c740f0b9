package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.plugins.audit.AuditFactory;
import dev.postern.plugins.scram.ScramAuthenticatorFactory;
import dev.postern.plugins.staticroutes.StaticRoutesFactory;
import dev.postern.proxy.server.Gateway;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An interceptor with {@code only} is there for nobody else. */
final class InterceptorScopesIT {
  private static final String INSIDE = "scope_in_role";
  private static final String OUTSIDE = "scope_out_role";
  private static final String ELSEWHERE = "scope_elsewhere";

  @TempDir Path home;

  @BeforeAll
  static void createRoles() {
    Gateways.server().createRole(INSIDE, Gateways.PASSWORD);
    Gateways.server().createRole(OUTSIDE, Gateways.PASSWORD);
    Gateways.server().createDatabase(ELSEWHERE, INSIDE);
  }

  @BeforeEach
  void install() throws Exception {
    Path plugins = Files.createDirectories(home.resolve("plugins"));
    BundledPlugins.shipped(ScramAuthenticatorFactory.class, plugins);
    BundledPlugins.shipped(StaticRoutesFactory.class, plugins);
    BundledPlugins.shipped(AuditFactory.class, plugins);
  }

  @ParameterizedTest
  @ValueSource(strings = {"session", "transaction"})
  void seesNoSessionOfOthersAndNoneOnOtherRoutes(String mode) throws Exception {
    try (Gateway gateway = start(mode)) {
      ask(gateway, INSIDE, "postgres", "SELECT 'of its user'");
      ask(gateway, OUTSIDE, "postgres", "SELECT 'of another user'");
      ask(gateway, INSIDE, ELSEWHERE, "SELECT 'on another route'");
    }

    assertThat(records("statement")).singleElement().asString().contains("SELECT 'of its user'");
    assertThat(records("login")).singleElement().asString().contains(INSIDE, "\"route\":\"here\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"session", "transaction"})
  void hearsOfNoRefusedLoginOfOthersAndOfNoneOnOtherRoutes(String mode) throws Exception {
    try (Gateway gateway = start(mode)) {
      assertThat(refusal(gateway, INSIDE, "wrong", "postgres")).isEqualTo("28P01");
      assertThat(refusal(gateway, OUTSIDE, "wrong", "postgres")).isEqualTo("28P01");
      assertThat(refusal(gateway, INSIDE, Gateways.PASSWORD, "scope_nowhere")).isEqualTo("3D000");
    }

    assertThat(records("login-refused"))
        .singleElement()
        .asString()
        .contains(INSIDE, "\"database\":\"postgres\"", "\"sqlState\":\"28P01\"");
  }

  private Gateway start(String mode) throws Exception {
    Gateway gateway =
        Installations.start(
            home,
            """
            listeners: [{host: 127.0.0.1, port: 0}]
            limits: {failed-logins-per-address: 0}
            authenticator: {plugin: scram}
            router:
              plugin: static-routes
              config:
                pool: {mode: %1$s}
                routes:
                  - {name: here, match: {database: postgres}, backends: [{host: 127.0.0.1, port: %2$d}]}
                  - {name: elsewhere, backends: [{host: 127.0.0.1, port: %2$d}]}
            interceptors:
              - plugin: audit
                only: {users: ["scope_in*"], routes: [here]}
                config: {directory: logs/audit, keep-literals: true}
            """
                .formatted(mode, Gateways.server().port()));
    Installations.addUser(gateway, INSIDE);
    Installations.addUser(gateway, OUTSIDE);
    return gateway;
  }

  private static void ask(Gateway gateway, String user, String database, String sql) {
    try (WireClient client = connect(gateway)) {
      client.login(user, Gateways.PASSWORD, database);
      client.queryOne(sql);
    }
  }

  private static String refusal(Gateway gateway, String user, String password, String database) {
    try (WireClient client = connect(gateway)) {
      WireMessage error = client.tryLogin(user, password, database);
      return Objects.requireNonNull(error, "let in").sqlState();
    }
  }

  private static WireClient connect(Gateway gateway) {
    return WireClient.connect(gateway.server().addresses().getFirst());
  }

  /** The lines of one kind that the interceptor has written. */
  private List<String> records(String kind) throws IOException {
    try (Stream<Path> files = Files.list(home.resolve("logs/audit"))) {
      List<String> records = new ArrayList<>();
      for (Path file : files.filter(one -> one.toString().endsWith(".jsonl")).toList()) {
        records.addAll(Files.readAllLines(file));
      }
      return records.stream().filter(line -> line.contains("\"kind\":\"" + kind + "\"")).toList();
    }
  }
}
