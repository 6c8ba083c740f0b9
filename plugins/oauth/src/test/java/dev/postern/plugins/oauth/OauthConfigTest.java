package dev.postern.plugins.oauth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.plugins.oauth.issuer.TestIssuer;
import dev.postern.proxy.config.Binder;
import dev.postern.proxy.config.ConfigurationException;
import java.io.RandomAccessFile;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class OauthConfigTest {
  private static final String LEAST =
      "issuer: https://sso.example.com/realms/a\naudience: [postern]\nscopes: [postgres]\n";

  @TempDir Path home;

  private OauthConfig bind(String yaml) throws ConfigurationException {
    return new Binder(home, Map.of("INTROSPECTION_SECRET", "x")).bind(yaml, OauthConfig.class);
  }

  @Test
  void hasDefaults() throws Exception {
    OauthConfig config = bind(LEAST);
    assertThat(config.effectiveAlgorithms()).containsExactlyInAnyOrder(Algorithm.values());
    assertThat(config.effectiveClockSkew()).isEqualTo(Duration.ofSeconds(30));
    assertThat(config.effectiveInsecureHttp()).isFalse();
    assertThat(config.effectiveEndSessions()).isFalse();
    assertThat(config.user().effectiveClaim()).isEqualTo("sub");
    assertThat(config.keys().effectiveRefresh()).isEqualTo(Duration.ofMinutes(15));
    assertThat(config.keys().effectiveUnknownKey()).isEqualTo(Duration.ofSeconds(10));
    assertThat(config.keys().effectiveKeep()).isEqualTo(Duration.ofHours(24));
    assertThat(config.timeouts().effectiveConnect()).isEqualTo(Duration.ofSeconds(3));
    assertThat(config.timeouts().effectiveRequest()).isEqualTo(Duration.ofSeconds(5));
    assertThat(config.timeouts().effectiveLogin()).isEqualTo(Duration.ofSeconds(15));
    assertThat(config.limits().effectiveToken()).isEqualTo(16 << 10);
    assertThat(config.limits().effectiveResponse()).isEqualTo(1 << 20);
    assertThat(config.password()).isNull();
    assertThat(config.chain()).isNull();
    assertThat(config.introspection()).isNull();
  }

  @Test
  void takesEveryKey() throws Exception {
    TestIssuer.AUTHORITY.writeChain(home.resolve("ca.crt"));
    OauthConfig config =
        bind(
            LEAST
                + """
                metadata: oauth-authorization-server
                jwks: https://sso.example.com/keys
                trust: ca.crt
                insecure-http: true
                algorithms: [ES256, EdDSA]
                required-claims: {typ: Bearer}
                clock-skew: 1m
                longest-life: 1h
                require-not-before: true
                access-tokens-only: true
                end-sessions: true
                user: {claim: email, rules: [{identity: "/(.*)@example\\\\.com", user: "\\\\1"}]}
                role: {claim: roles, choose: [{value: a, role: b}]}
                groups: {claim: roles, names: {a: b}, only-named: true, required: [b], attribute: c}
                attributes: {mail: email}
                password: {always: false, ports: [6433], users: ["a*"], applications: [x]}
                chain: {users: ["*"], except-users: [postgres], databases: [app]}
                introspection:
                  address: https://sso.example.com/introspect
                  client-id: postern
                  client-secret: {env: INTROSPECTION_SECRET}
                  also-signed: true
                  concurrent: 5
                keys: {refresh: 1m, unknown-key: 5s, keep: 2h}
                timeouts: {connect: 1s, request: 2s, login: 3s}
                limits: {token: 8KiB, response: 64KiB}
                """);
    assertThat(config.effectiveAlgorithms()).containsExactly(Algorithm.ES_256, Algorithm.ED_DSA);
    assertThat(config.metadataAddress())
        .isEqualTo(
            URI.create("https://sso.example.com/.well-known/oauth-authorization-server/realms/a"));
    assertThat(config.effectiveEndSessions()).isTrue();
    assertThat(config.keys().effectiveKeep()).isEqualTo(Duration.ofHours(2));
    assertThat(config.limits().effectiveToken()).isEqualTo(8192);
  }

  @ParameterizedTest
  @CsvSource({
    "https://a.example.com, https://a.example.com/.well-known/openid-configuration",
    "https://a.example.com/, https://a.example.com/.well-known/openid-configuration",
    "https://a.example.com/b/c, https://a.example.com/b/c/.well-known/openid-configuration",
  })
  void knowsWhereTheIssuersDocumentIs(String issuer, String document) {
    assertThat(Metadata.OPENID_CONFIGURATION.of(URI.create(issuer)))
        .isEqualTo(URI.create(document));
  }

  @ParameterizedTest
  @CsvSource({
    "https://a.example.com, https://a.example.com/.well-known/oauth-authorization-server",
    "https://a.example.com/, https://a.example.com/.well-known/oauth-authorization-server",
    "https://a.example.com:8443/b/, "
        + "https://a.example.com:8443/.well-known/oauth-authorization-server/b",
  })
  void knowsWhereTheDocumentOfRfc8414Is(String issuer, String document) {
    assertThat(Metadata.OAUTH_AUTHORIZATION_SERVER.of(URI.create(issuer)))
        .isEqualTo(URI.create(document));
  }

  /** libpq takes the part with .well-known out, and compares the rest with oauth_issuer. */
  @ParameterizedTest
  @CsvSource({
    "https://a.example.com/b, https://a.example.com/b/.well-known/openid-configuration",
    "https://a.example.com/b/, https://a.example.com/b//.well-known/openid-configuration",
  })
  void tellsClientsOfTheDocumentAsPostgresDoes(String issuer, String document) {
    assertThat(Metadata.OPENID_CONFIGURATION.forClients(URI.create(issuer)))
        .isEqualTo(URI.create(document));
  }

  @ParameterizedTest
  @CsvSource({
    "https://a.example.com/b, https://a.example.com/.well-known/oauth-authorization-server/b",
    "https://a.example.com/, https://a.example.com/.well-known/oauth-authorization-server/",
  })
  void tellsClientsOfTheDocumentOfRfc8414(String issuer, String document) {
    assertThat(Metadata.OAUTH_AUTHORIZATION_SERVER.forClients(URI.create(issuer)))
        .isEqualTo(URI.create(document));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://sso.example.com",
        "http://localhost:8080/realms/a",
        "ftp://sso.example.com",
        "sso.example.com",
        "https:///realms/a",
        "https://user@sso.example.com",
        "https://sso.example.com/?realm=a",
        "https://sso.example.com/#a"
      })
  void refusesIssuersThatAreNone(String issuer) {
    assertThatThrownBy(
            () -> bind(LEAST.replace("https://sso.example.com/realms/a", "\"" + issuer + "\"")))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("configuration:1:9: issuer: ");
  }

  @Test
  void refusesHttpToOtherMachinesEvenIfItIsAskedFor() {
    assertThatThrownBy(
            () -> bind("issuer: http://10.0.0.1\naudience: [a]\nscopes: []\ninsecure-http: true\n"))
        .hasMessageContaining("http for this machine only");
  }

  @Test
  @Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void whatCanHoldNoCertificatesIsRefusedUnread() throws Exception {
    Path file = home.resolve("ca.crt");
    assertThat(new ProcessBuilder("mkfifo", file.toString()).start().waitFor()).isZero();
    assertThatThrownBy(() -> bind(LEAST + "trust: ca.crt\n"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("trust: is no regular file: " + file);

    Files.delete(file);
    try (RandomAccessFile large = new RandomAccessFile(file.toFile(), "rw")) {
      large.setLength(3L << 30);
    }
    assertThatThrownBy(() -> bind(LEAST + "trust: ca.crt\n"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("trust: larger than 4 MiB: " + file);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "algorithms: []",
        "algorithms: [none]",
        "algorithms: [HS256]",
        "jwks: http://sso.example.com/keys",
        "trust: nowhere.crt",
        "trust: nothing.crt",
        "clock-skew: 6m",
        "longest-life: 0s",
        "user: {claim: \"\"}",
        "user: {rules: [{identity: \"/(\", user: a}]}",
        "user: {rules: [{identity: \"/.*\", user: \"\\\\1\"}]}",
        "user: {rules: [{identity: a, user: \"\"}]}",
        "user: {rules: [], rules-file: x.yaml}",
        "role: {claim: a, choose: []}",
        "groups: {required: []}",
        "groups: {names: {a: \"b,c\"}}",
        "groups: {attribute: x}\nattributes: {x: y}",
        "introspection: {address: \"http://a.example.com\", client-id: a, client-secret: {env: INTROSPECTION_SECRET}}",
        "introspection: {address: \"https://a.example.com\", client-id: \"\", client-secret: {env: INTROSPECTION_SECRET}}",
        "introspection: {address: \"https://a.example.com\", client-id: a, client-secret: plain}",
        "keys: {refresh: 0s}",
        "keys: {refresh: 2h, keep: 1h}",
        "timeouts: {login: 0s}",
        "limits: {token: 1MiB}",
        "required-claims: {\"\": x}",
        "typo: true"
      })
  void refusesWhatMakesNoSense(String line) throws Exception {
    Files.writeString(home.resolve("nothing.crt"), "");
    assertThatThrownBy(() -> bind(LEAST + line))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("configuration:");
  }

  @ParameterizedTest
  @ValueSource(strings = {"audience: []", "audience: [\"\"]"})
  void needsAnAudience(String line) {
    assertThatThrownBy(() -> bind(LEAST.replace("audience: [postern]", line)))
        .hasMessageContaining("audience: ");
  }

  @Test
  void refusesScopesThatAreNone() {
    for (String scopes : List.of("[\"a b\"]", "[\"a\\\"\"]", "[" + "a".repeat(600) + "]")) {
      assertThatThrownBy(() -> bind(LEAST.replace("[postgres]", scopes)))
          .hasMessageContaining("scopes: ");
    }
  }
}
