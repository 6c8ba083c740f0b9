package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.plugins.ldap.LdapAuthenticatorFactory;
import dev.postern.plugins.mask.MaskFactory;
import dev.postern.plugins.staticroutes.StaticRoutesFactory;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.TestTls;
import dev.postern.testkit.WireClient;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Policies by what a directory says of users, who share a role at the server and, in transaction
 * pooling, its only connection.
 */
@ParameterizedClass
@ValueSource(strings = {"session", "transaction"})
@SuppressWarnings("NullAway.Init") // each test starts
final class MaskAttributesIT {
  private static final String SSN = "SELECT ssn FROM mask_it.people WHERE id = 1";
  private static final String CITY = "SELECT city FROM mask_it.people WHERE id = 1";

  @TempDir private static Path files;
  private static LdapServer directory;

  private final String mode;

  private RunningPostern postern;

  MaskAttributesIT(String mode) {
    this.mode = mode;
  }

  @BeforeAll
  static void start() throws IOException {
    MaskedPeople.create();
    Gateways.AUTHORITY.writeChain(files.resolve("ca.crt"));
    directory = LdapServer.start();
    directory.addUser("helper", "departmentNumber: help-1");
    directory.addUser("auditor", "departmentNumber: 42", group("auditors"), group("helpers"));
    directory.addUser("owner", "departmentNumber: 42", group("owners"));
    directory.addUser("nobody_in_particular");
  }

  private static String group(String name) {
    return "memberOf: cn=" + name + ",ou=groups,dc=example,dc=com";
  }

  @AfterAll
  static void stop() {
    directory.close();
  }

  @BeforeEach
  void startGateway() throws IOException {
    Path password = MaskedPeople.password();
    Map<String, Object> route =
        Map.of(
            "name",
            "shared",
            "backends",
            List.of(Gateways.backend(Gateways.server().host(), Gateways.server().port())),
            "login",
            Map.of("user", MaskedPeople.OPEN, "password", Map.of("file", password.toString())),
            "pool",
            mode.equals("session") ? Map.of("mode", mode) : Map.of("mode", mode, "size", 1));
    postern =
        RunningPostern.builder()
            .tls(Gateways.AUTHORITY.server("localhost", "127.0.0.1"))
            .authenticator(
                new LdapAuthenticatorFactory(),
                Map.of(
                    "servers",
                    List.of(directory.url()),
                    "tls",
                    Map.of("trust", files.resolve("ca.crt").toString()),
                    "search",
                    Map.of("base", "ou=people,dc=example,dc=com", "filter", "(uid={user})"),
                    "attributes",
                    Map.of("department", "departmentNumber"),
                    "groups",
                    Map.of("base", "ou=groups,dc=example,dc=com")))
            .router(new StaticRoutesFactory(), Map.of("routes", List.of(route)))
            .interceptor(
                "mask",
                new MaskFactory(),
                Map.of(
                    "catalog",
                    MaskedPeople.catalog(password),
                    "policies",
                    List.of(
                        policy("helpers", "department", "help-*", "ssn"),
                        policy("auditors", "groups", "*auditors*", "city"))))
            .start();
  }

  private static Map<String, Object> policy(
      String name, String attribute, String value, String column) {
    return Map.of(
        "name",
        name,
        "attributes",
        Map.of(attribute, List.of("another", value)),
        "columns",
        List.of(MaskedPeople.column(column, Map.of("with", "truncated", "keep-first", 1))));
  }

  @AfterEach
  void stopGateway() {
    postern.close();
  }

  private WireClient client(String user) {
    WireClient client = WireClient.connect(postern.address());
    client.startTls(TestTls.client(Gateways.AUTHORITY));
    client.login(user, LdapServer.PASSWORD, "postgres");
    return client;
  }

  @Test
  void eachUserIsUnderThePoliciesOfItsAttributesAndNoOthers() {
    try (WireClient helper = client("helper");
        WireClient auditor = client("auditor");
        WireClient owner = client("owner");
        WireClient nobody = client("nobody_in_particular")) {
      for (int i = 0; i < 3; i++) {
        assertThat(helper.queryOne(SSN)).isEqualTo("1");
        assertThat(owner.queryOne(SSN)).isEqualTo("123-45-6789");
        assertThat(auditor.queryOne(SSN)).isEqualTo("123-45-6789");
        assertThat(auditor.queryOne(CITY)).isEqualTo("L");
        assertThat(nobody.queryOne(SSN)).isEqualTo("123-45-6789");
        assertThat(helper.queryOne(CITY)).isEqualTo("London");
        assertThat(owner.queryOne(CITY)).isEqualTo("London");
      }
      assertThat(helper.query("SELECT upper(ssn) FROM mask_it.people").getFirst().sqlState())
          .isEqualTo("42501");
      assertThat(owner.queryOne("SELECT current_user")).isEqualTo(MaskedPeople.OPEN);
    }
  }
}
