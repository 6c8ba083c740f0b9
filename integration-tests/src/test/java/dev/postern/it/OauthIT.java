package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.plugins.oauth.OauthAuthenticatorFactory;
import dev.postern.plugins.oauth.issuer.IssuerKey;
import dev.postern.plugins.oauth.issuer.TestIssuer;
import dev.postern.plugins.oauth.issuer.TokenDraft;
import dev.postern.plugins.staticroutes.StaticRoutesFactory;
import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
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
 * Users log in with tokens of an issuer: a client that writes the mechanism's messages as they are.
 */
final class OauthIT {
  @TempDir private static Path files;
  private static TokenGateway tokens;

  @BeforeAll
  static void start() throws IOException {
    tokens = TokenGateway.of(files);
  }

  @AfterAll
  static void stop() {
    tokens.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"session", "transaction"})
  void aTokenLetsItsUserIn(String mode) {
    try (RunningPostern postern = tokens.gateway(mode, Map.of()).start();
        WireClient client = TokenGateway.asked(postern, "alice")) {
      client.send(TokenGateway.bearer(tokens.issuer().token().signed()));
      assertThat(client.expect('R').int32(0)).isZero();
      client.greeting();

      client.query("BEGIN");
      assertThat(client.queryOne("SELECT current_user")).isEqualTo(TokenGateway.ROLE);
      client.query("COMMIT");
      assertThat(client.queryOne("SELECT 6 * 7")).isEqualTo("42");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"session", "transaction"})
  void theClaimForItSaysAsWhichRoleASessionIs(String mode) {
    List<String> roles = List.of("oauth_claimed_reader", "oauth_claimed_writer");
    roles.forEach(role -> Gateways.server().createRole(role, Gateways.PASSWORD));
    try (RunningPostern postern =
        tokens
            .gateway(mode, Map.of("role", Map.of("claim", "pg_role")))
            .router(new StaticRoutesFactory(), Map.of("routes", List.of(asClaimed(mode))))
            .start()) {
      for (String role : roles) {
        try (WireClient client = TokenGateway.asked(postern, "alice")) {
          client.send(TokenGateway.bearer(tokens.issuer().token().with("pg_role", role).signed()));
          assertThat(client.expect('R').int32(0)).isZero();
          client.greeting();
          assertThat(client.queryOne("SELECT session_user || ' ' || current_user"))
              .isEqualTo(role + " " + role);
        }
      }
      try (WireClient client = TokenGateway.asked(postern, "alice")) {
        client.send(TokenGateway.bearer(tokens.issuer().token().signed()));
        assertThat(client.expectFatal("28000").text()).isEqualTo("user \"alice\" has no role here");
      }
    }
  }

  /** A route that says the password of all roles, and not which. */
  private static Map<String, Object> asClaimed(String mode) {
    return Map.of(
        "name",
        "claimed",
        "backends",
        List.of(Gateways.backend(Gateways.server().host(), Gateways.server().port())),
        "login",
        Map.of("password", Map.of("file", tokens.password())),
        "pool",
        Map.of("mode", mode));
  }

  @ParameterizedTest
  @ValueSource(strings = {"session", "transaction"})
  void aSessionEndsWithItsTokenIfSoWanted(String mode) {
    long exp = Instant.now().getEpochSecond() + 2;
    String token = tokens.issuer().token().with("exp", exp).signed();
    Map<String, Object> ending = Map.of("end-sessions", true, "clock-skew", "0s");
    try (RunningPostern postern = tokens.gateway(mode, ending).start();
        WireClient client = TokenGateway.asked(postern, "alice")) {
      client.send(TokenGateway.bearer(token));
      assertThat(client.expect('R').int32(0)).isZero();
      client.greeting();

      assertThat(client.expectFatal("57P01").text()).contains("its login has expired");
      assertThat(Instant.now()).isAfterOrEqualTo(Instant.ofEpochSecond(exp));
    }
  }

  @Test
  void aClientMayLeaveItsFirstMessageToTheFirstChallenge() {
    try (RunningPostern postern = tokens.gateway("session", Map.of()).start();
        WireClient client = TokenGateway.asked(postern, "alice")) {
      client.send(
          FrontendPackets.message(
              'p', "OAUTHBEARER\0\u00ff\u00ff\u00ff\u00ff".getBytes(StandardCharsets.ISO_8859_1)));
      WireMessage challenge = client.expect('R');
      assertThat(challenge.int32(0)).isEqualTo(TokenGateway.SASL_CONTINUE);
      assertThat(challenge.body().length()).isEqualTo(4);
      client.send(
          FrontendPackets.saslResponse(TokenGateway.message(tokens.issuer().token().signed())));
      assertThat(client.expect('R').int32(0)).isZero();
      client.greeting();
    }
  }

  @Test
  void whoBringsNoTokenLearnsWhereTokensAreToBeHad() {
    try (RunningPostern postern = tokens.gateway("session", Map.of()).start();
        WireClient client = TokenGateway.asked(postern, "alice")) {
      client.send(FrontendPackets.saslInitialResponse("OAUTHBEARER", "n,,\u0001auth=\u0001\u0001"));
      assertThat(TokenGateway.challenge(client))
          .isEqualTo(
              "{\"status\":\"invalid_token\",\"scope\":\"postgres\",\"openid-configuration\":\"%s\"}"
                  .formatted(tokens.issuer().openidConfiguration()));
      client.send(FrontendPackets.saslResponse("\u0001"));
      assertThat(client.expectFatal("28000").fields()).containsEntry('M', TokenGateway.FAILED);
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
    try (RunningPostern postern = tokens.gateway("session", Map.of()).start();
        WireClient client = TokenGateway.asked(postern, "alice")) {
      client.send(TokenGateway.bearer(signing.sign(tokens.issuer().token())));
      assertThat(TokenGateway.challenge(client)).contains("\"status\":\"invalid_token\"");
      client.send(FrontendPackets.saslResponse("\u0001"));
      assertThat(client.expectFatal("28000").fields()).containsEntry('M', TokenGateway.FAILED);
    }
  }

  @Test
  void aTokenWithoutTheScopeIsRefusedInThoseWords() {
    try (RunningPostern postern = tokens.gateway("session", Map.of()).start();
        WireClient client = TokenGateway.asked(postern, "alice")) {
      client.send(TokenGateway.bearer(tokens.issuer().token().with("scope", "openid").signed()));
      assertThat(TokenGateway.challenge(client)).contains("\"status\":\"insufficient_scope\"");
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
    try (RunningPostern postern = tokens.gateway("session", Map.of()).start();
        WireClient client = TokenGateway.asked(postern, "alice")) {
      client.send(FrontendPackets.saslInitialResponse("OAUTHBEARER", message));
      client.expectFatal("08P01");
    }
  }

  @Test
  void aRefusalHasToBeAcknowledged() {
    try (RunningPostern postern = tokens.gateway("session", Map.of()).start();
        WireClient client = TokenGateway.asked(postern, "alice")) {
      client.send(TokenGateway.bearer("x"));
      TokenGateway.challenge(client);
      client.send(TokenGateway.bearer(tokens.issuer().token().signed()));
      client.expectFatal("08P01");
    }
  }

  @Test
  void noTokenIsAskedForWithoutTls() {
    try (RunningPostern postern =
            RunningPostern.builder()
                .authenticator(new OauthAuthenticatorFactory(), tokens.config(Map.of()))
                .router(request -> Gateways.routeTo(Gateways.server()))
                .start();
        WireClient client = WireClient.connect(postern.address())) {
      client.send(FrontendPackets.startup("user", "alice", "database", "postgres"));
      client.expectFatal("28000");
    }
  }
}
