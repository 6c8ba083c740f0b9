package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import dev.postern.api.routing.Router;
import dev.postern.api.routing.RoutingRequest;
import dev.postern.plugins.oauth.OauthAuthenticatorFactory;
import dev.postern.plugins.oauth.issuer.IssuerKey;
import dev.postern.plugins.oauth.issuer.TestIssuer;
import dev.postern.plugins.oauth.issuer.TokenDraft;
import dev.postern.plugins.staticroutes.StaticRoutesFactory;
import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.PosternBuilder;
import dev.postern.testkit.ProgramRun;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.TestTls;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Users log in with tokens of an issuer through the plugin oauth: a client that writes the
 * mechanism's messages as they are, libpq 18, and clients that know passwords only.
 */
final class OauthIT {
  private static final String ROLE = "oauth_shared_role";
  private static final int SASL = 10;
  private static final int SASL_CONTINUE = 11;
  private static final String FAILED = "OAuth bearer authentication failed for user \"alice\"";

  @TempDir private static Path files;
  private static TestIssuer issuer;

  @BeforeAll
  static void start() throws IOException {
    Gateways.server().createRole(ROLE, Gateways.PASSWORD);
    Path password = files.resolve("role.password");
    Files.writeString(password, Gateways.PASSWORD);
    Files.setPosixFilePermissions(password, PosixFilePermissions.fromString("rw-------"));
    TestIssuer.AUTHORITY.writeChain(files.resolve("issuer-ca.crt"));
    issuer = TestIssuer.started();
  }

  @AfterAll
  static void stop() {
    issuer.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"session", "transaction"})
  void aTokenLetsItsUserIn(String mode) {
    try (RunningPostern postern = gateway(mode, Map.of()).start();
        WireClient client = asked(postern, "alice")) {
      client.send(bearer(issuer.token().signed()));
      assertThat(client.expect('R').int32(0)).isZero();
      client.greeting();

      client.query("BEGIN");
      assertThat(client.queryOne("SELECT current_user")).isEqualTo(ROLE);
      client.query("COMMIT");
      assertThat(client.queryOne("SELECT 6 * 7")).isEqualTo("42");
    }
  }

  @Test
  void aClientMayLeaveItsFirstMessageToTheFirstChallenge() {
    try (RunningPostern postern = gateway("session", Map.of()).start();
        WireClient client = asked(postern, "alice")) {
      client.send(
          FrontendPackets.message(
              'p', "OAUTHBEARER\0\u00ff\u00ff\u00ff\u00ff".getBytes(StandardCharsets.ISO_8859_1)));
      WireMessage challenge = client.expect('R');
      assertThat(challenge.int32(0)).isEqualTo(SASL_CONTINUE);
      assertThat(challenge.body().length()).isEqualTo(4);
      client.send(FrontendPackets.saslResponse(message(issuer.token().signed())));
      assertThat(client.expect('R').int32(0)).isZero();
      client.greeting();
    }
  }

  @Test
  void whoBringsNoTokenLearnsWhereTokensAreToBeHad() {
    try (RunningPostern postern = gateway("session", Map.of()).start();
        WireClient client = asked(postern, "alice")) {
      client.send(FrontendPackets.saslInitialResponse("OAUTHBEARER", "n,,\u0001auth=\u0001\u0001"));
      assertThat(challenge(client))
          .isEqualTo(
              "{\"status\":\"invalid_token\",\"scope\":\"postgres\",\"openid-configuration\":\"%s\"}"
                  .formatted(issuer.openidConfiguration()));
      client.send(FrontendPackets.saslResponse("\u0001"));
      assertThat(client.expectFatal("28000").fields()).containsEntry('M', FAILED);
    }
  }

  static Stream<Arguments> badTokens() {
    long now = Instant.now().getEpochSecond();
    return Stream.of(
        bad("expired", draft -> draft.with("exp", now - 60).signed()),
        bad("not yet valid", draft -> draft.with("nbf", now + 60).signed()),
        bad("for somebody else", draft -> draft.with("aud", "another").signed()),
        bad("of another issuer", draft -> draft.with("iss", "https://a.example.com").signed()),
        bad("of somebody else", draft -> draft.with("sub", "mallory").signed()),
        bad("without a signature", draft -> draft.withHeader("alg", "none").unsigned()),
        bad("signed by another", draft -> draft.signedBy(IssuerKey.of("first", "RS256"))),
        bad("of an unknown key", draft -> draft.withHeader("kid", "unknown").signed()),
        bad("critical", draft -> draft.withHeader("crit", List.of("x")).signed()),
        bad("too long", draft -> draft.with("long", "x".repeat(20_000)).signed()),
        bad(
            "signed with the public key",
            draft ->
                draft
                    .withHeader("alg", "HS256")
                    .signedWithSecret(TestIssuer.KEY.pair().getPublic().getEncoded())),
        bad("no token", draft -> "x"));
  }

  interface Signing {
    String sign(TokenDraft draft);
  }

  private static Arguments bad(String name, Signing signing) {
    return Arguments.argumentSet(name, signing);
  }

  @ParameterizedTest
  @MethodSource("badTokens")
  void aTokenThatDoesNotCountIsRefusedInPostgresWords(Signing signing) {
    try (RunningPostern postern = gateway("session", Map.of()).start();
        WireClient client = asked(postern, "alice")) {
      client.send(bearer(signing.sign(issuer.token())));
      assertThat(challenge(client)).contains("\"status\":\"invalid_token\"");
      client.send(FrontendPackets.saslResponse("\u0001"));
      assertThat(client.expectFatal("28000").fields()).containsEntry('M', FAILED);
    }
  }

  @Test
  void aTokenWithoutTheScopeIsRefusedInThoseWords() {
    try (RunningPostern postern = gateway("session", Map.of()).start();
        WireClient client = asked(postern, "alice")) {
      client.send(bearer(issuer.token().with("scope", "openid").signed()));
      assertThat(challenge(client)).contains("\"status\":\"insufficient_scope\"");
      client.send(FrontendPackets.saslResponse("\u0001"));
      client.expectFatal("28000");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "\u0001",
        "p=tls-server-end-point,,\u0001auth=\u0001\u0001",
        "n,,auth=Bearer x\u0001\u0001",
        "n,,\u0001auth=Bearer x",
        "n,,\u0001auth=Bearer x\u0001\u0001more",
        "n,,\u0001host=x\u0001\u0001"
      })
  void aMalformedMessageIsAProtocolViolation(String message) {
    try (RunningPostern postern = gateway("session", Map.of()).start();
        WireClient client = asked(postern, "alice")) {
      client.send(FrontendPackets.saslInitialResponse("OAUTHBEARER", message));
      client.expectFatal("08P01");
    }
  }

  @Test
  void aRefusalHasToBeAcknowledged() {
    try (RunningPostern postern = gateway("session", Map.of()).start();
        WireClient client = asked(postern, "alice")) {
      client.send(bearer("x"));
      challenge(client);
      client.send(bearer(issuer.token().signed()));
      client.expectFatal("08P01");
    }
  }

  @Test
  void noTokenIsAskedForWithoutTls() {
    try (RunningPostern postern =
            RunningPostern.builder()
                .authenticator(new OauthAuthenticatorFactory(), config(Map.of()))
                .router(request -> Gateways.routeTo(Gateways.server()))
                .start();
        WireClient client = WireClient.connect(postern.address())) {
      client.send(FrontendPackets.startup("user", "alice", "database", "postgres"));
      client.expectFatal("28000");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"session", "transaction"})
  void libpqLearnsOfTheIssuerAndLogsInWithAToken(String mode) {
    try (RunningPostern postern = gateway(mode, Map.of()).start()) {
      Libpq libpq = Libpq.load();
      String answer =
          libpq.ask(
              issuer.token().signed(), parameters(postern, issuer.issuer()), "SELECT current_user");
      assertThat(answer).isEqualTo(ROLE);
      assertThat(libpq.discovered).containsExactly(issuer.openidConfiguration(), "postgres");
    }
  }

  @Test
  void libpqShowsWhyATokenIsRefused() {
    try (RunningPostern postern = gateway("session", Map.of()).start()) {
      Libpq libpq = Libpq.load();
      String expired = issuer.token().with("exp", 1).signed();
      String unscoped = issuer.token().with("scope", "openid").signed();

      assertThat(libpq.ask(expired, parameters(postern, issuer.issuer()), "SELECT 1"))
          .contains("FATAL:  " + FAILED);
      assertThat(libpq.ask(unscoped, parameters(postern, issuer.issuer()), "SELECT 1"))
          .contains("server rejected OAuth bearer token: insufficient_scope");
      assertThat(Logs.containing("login refused", "it expired at")).isNotEmpty();
      await()
          .untilAsserted(
              () ->
                  assertThat(Logs.containing("login refused", "it lacks the scope postgres"))
                      .isNotEmpty());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"openid-configuration", "oauth-authorization-server"})
  void libpqKnowsAnIssuerThatEndsWithASlash(String metadata) {
    String name = issuer.issuer() + "/";
    Map<String, Object> config =
        Map.of("issuer", name, "jwks", issuer.jwks(), "metadata", metadata);
    try (RunningPostern postern = gateway("session", config).start()) {
      assertThat(
              Libpq.load()
                  .ask(
                      issuer.token().with("iss", name).signed(),
                      parameters(postern, name),
                      "SELECT current_user"))
          .isEqualTo(ROLE);
    }
  }

  @Test
  void libpqIsToldOfNoIssuerButItsOwn() {
    try (RunningPostern postern = gateway("session", Map.of()).start()) {
      assertThat(
              Libpq.load()
                  .ask(
                      issuer.token().signed(),
                      parameters(postern, "https://another.example.com"),
                      "SELECT 1"))
          .contains("is incompatible with oauth_issuer (https://another.example.com)");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"session", "transaction"})
  void psqlGivesTheTokenAsItsPassword(String mode) {
    try (RunningPostern postern =
        gateway(mode, Map.of("password", Map.of("users", List.of("ali*")))).start()) {
      ProgramRun run =
          Psql.through(postern, "alice")
              .environment("PGPASSWORD", issuer.token().signed())
              .with("-c", "BEGIN; SELECT current_user; COMMIT")
              .run();
      assertThat(run.expectSuccess().trimmedOutput()).isEqualTo(ROLE);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"session", "transaction"})
  void pgjdbcGivesTheTokenAsItsPassword(String mode) throws SQLException {
    try (RunningPostern postern =
        gateway(mode, Map.of("password", Map.of("always", true))).start()) {
      try (Connection connection =
          Gateways.connect(postern, "alice", Map.of("password", issuer.token().signed()))) {
        assertThat(Sql.value(connection, "SELECT current_user")).isEqualTo(ROLE);
      }
      String expired = issuer.token().with("exp", 1).signed();
      assertThatThrownBy(
              () -> Gateways.connect(postern, "alice", Map.of("password", expired)).close())
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("28P01"));
    }
  }

  @Test
  void noTokenIsTakenAsAPasswordWithoutTls() {
    try (RunningPostern postern =
            RunningPostern.builder()
                .authenticator(
                    new OauthAuthenticatorFactory(),
                    config(Map.of("password", Map.of("always", true))))
                .router(request -> Gateways.routeTo(Gateways.server()))
                .start();
        WireClient client = WireClient.connect(postern.address())) {
      client.send(FrontendPackets.startup("user", "alice", "database", "postgres"));
      client.expectFatal("28000");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"session", "transaction"})
  void aTokenThatOnlyTheIssuerCanReadLetsItsUserIn(String mode) {
    String address = issuer.issuer() + "/introspect";
    issuer.answersAt(
        address,
        exchange ->
            TestIssuer.send(
                exchange,
                200,
                "{\"active\":%b,\"sub\":\"alice\",\"aud\":\"postern\",\"scope\":\"postgres\",\"exp\":%d}"
                    .formatted(
                        new String(
                                exchange.getRequestBody().readAllBytes(), StandardCharsets.US_ASCII)
                            .startsWith("token=good&"),
                        Instant.now().getEpochSecond() + 60)));
    Map<String, Object> introspection =
        Map.of(
            "address",
            address,
            "client-id",
            "postern",
            "client-secret",
            Map.of("file", files.resolve("role.password").toString()));
    try (RunningPostern postern = gateway(mode, Map.of("introspection", introspection)).start()) {
      try (WireClient client = asked(postern, "alice")) {
        client.send(bearer("good"));
        assertThat(client.expect('R').int32(0)).isZero();
        client.greeting();
        assertThat(client.queryOne("SELECT current_user")).isEqualTo(ROLE);
      }
      try (WireClient client = asked(postern, "alice")) {
        client.send(bearer("bad"));
        assertThat(challenge(client)).contains("\"status\":\"invalid_token\"");
      }
    }
  }

  @Test
  void theRouterSeesWhatTheTokenSays() {
    Queue<RoutingRequest> requests = new ConcurrentLinkedQueue<>();
    Router router =
        request -> {
          requests.add(request);
          return Gateways.routeTo(Gateways.server());
        };
    Map<String, Object> more =
        Map.of(
            "attributes",
            Map.of("tenant", "org.tenant"),
            "groups",
            Map.of("claim", "realm_access.roles"),
            "role",
            Map.of("claim", "pg_role"));
    try (RunningPostern postern = gateway("session", more).router(router).start();
        WireClient client = asked(postern, "alice")) {
      client.send(
          bearer(
              issuer
                  .token()
                  .with("org", Map.of("tenant", "acme"))
                  .with("realm_access", Map.of("roles", List.of("dev", "dba")))
                  .with("pg_role", "app")
                  .signed()));
      client.expectFatal("28000"); // a route that has no password for the role
    }
    assertThat(requests)
        .singleElement()
        .satisfies(
            request -> {
              assertThat(request.user().attributes())
                  .isEqualTo(Map.of("groups", "dba,dev", "tenant", "acme"));
              assertThat(request.user().role()).isEqualTo("app");
            });
  }

  @Test
  void whileTheIssuerIsAwayNobodyLogsInAndThenEverybodyDoes() {
    try (TestIssuer away = TestIssuer.started()) {
      away.stop();
      Map<String, Object> config = Map.of("issuer", away.issuer());
      try (RunningPostern postern = gateway("session", config).start()) {
        try (WireClient client = asked(postern, "alice")) {
          client.send(bearer(away.token().signed()));
          assertThat(client.expectFatal("28000").fields())
              .containsEntry('M', "authentication is not available now");
        }
        assertThat(Logs.containing("nobody can log in with a signed token", away.issuer()))
            .isNotEmpty();
        away.start();
        await()
            .untilAsserted(
                () -> {
                  try (WireClient client = asked(postern, "alice")) {
                    client.send(bearer(away.token().signed()));
                    assertThat(client.expect('R').int32(0)).isZero();
                    client.greeting();
                  }
                });
        assertThat(Logs.containing("the issuer's keys were read again")).isNotEmpty();
      }
    }
  }

  @Test
  void tokensAreInNoLine() throws SQLException {
    String good = issuer.token().signed();
    String bad = issuer.token().with("exp", 1).signed();
    Level before = Logs.level(Level.TRACE);
    try (RunningPostern mechanism = gateway("session", Map.of()).start();
        RunningPostern password =
            gateway("session", Map.of("password", Map.of("always", true))).start()) {
      for (String token : List.of(good, bad)) {
        try (WireClient client = asked(mechanism, "alice")) {
          client.send(bearer(token));
          client.expect('R');
        }
        try {
          Gateways.connect(password, "alice", Map.of("password", token)).close();
        } catch (SQLException e) {
          assertThat(token).isEqualTo(bad);
        }
      }
      await().untilAsserted(() -> assertThat(Logs.containing("it expired at")).hasSize(2));
    } finally {
      Logs.level(before);
    }
    assertThat(Logs.containing("a token was taken")).hasSize(2);
    for (String token : List.of(good, bad)) {
      for (String part : token.split("\\.", -1)) {
        assertThat(Logs.containing(part)).isEmpty();
      }
    }
  }

  private static String challenge(WireClient client) {
    WireMessage challenge = client.expect('R');
    assertThat(challenge.int32(0)).isEqualTo(SASL_CONTINUE);
    return challenge.body().slice(4, challenge.body().length() - 4).toUtf8();
  }

  /** A client that has been offered the mechanism. */
  private static WireClient asked(RunningPostern postern, String user) {
    WireClient client = WireClient.connect(postern.address());
    client.startTls(TestTls.client(Gateways.AUTHORITY));
    client.send(FrontendPackets.startup("user", user, "database", "postgres"));
    WireMessage offer = client.expect('R');
    assertThat(offer.int32(0)).isEqualTo(SASL);
    assertThat(offer.strings(4)).containsExactly("OAUTHBEARER", "");
    return client;
  }

  private static byte[] bearer(String token) {
    return FrontendPackets.saslInitialResponse("OAUTHBEARER", message(token));
  }

  private static String message(String token) {
    return "n,,\u0001auth=Bearer " + token + "\u0001\u0001";
  }

  private static String parameters(RunningPostern postern, String issuerName) {
    return ("host=localhost hostaddr=127.0.0.1 port=%d user=alice dbname=postgres sslmode=verify-full"
            + " sslrootcert='%s' require_auth=oauth oauth_client_id=tests oauth_issuer=%s"
            + " connect_timeout=20")
        .formatted(postern.port(), Gateways.AUTHORITY_FILE, issuerName);
  }

  private static PosternBuilder gateway(String mode, Map<String, Object> more) {
    return RunningPostern.builder()
        .tls(Gateways.AUTHORITY.server("localhost", "127.0.0.1"))
        .authenticator(new OauthAuthenticatorFactory(), config(more))
        .router(
            new StaticRoutesFactory(),
            Map.of(
                "routes",
                List.of(
                    Map.of(
                        "name",
                        "shared",
                        "backends",
                        List.of(
                            Gateways.backend(Gateways.server().host(), Gateways.server().port())),
                        "login",
                        Map.of(
                            "user",
                            ROLE,
                            "password",
                            Map.of("file", files.resolve("role.password").toString())),
                        "pool",
                        Map.of("mode", mode)))));
  }

  private static Map<String, Object> config(Map<String, Object> more) {
    Map<String, Object> config = new HashMap<>();
    config.put("issuer", issuer.issuer());
    config.put("trust", files.resolve("issuer-ca.crt").toString());
    config.put("audience", List.of("postern"));
    config.put("scopes", List.of("postgres"));
    config.putAll(more);
    return config;
  }
}
