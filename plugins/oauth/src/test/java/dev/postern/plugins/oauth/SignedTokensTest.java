package dev.postern.plugins.oauth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.FailureKind;
import dev.postern.api.SqlState;
import dev.postern.api.auth.AuthenticationException;
import dev.postern.plugins.oauth.issuer.IssuerKey;
import dev.postern.plugins.oauth.issuer.TestIssuer;
import dev.postern.plugins.oauth.issuer.TokenDraft;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which tokens let somebody in. */
final class SignedTokensTest {
  @TempDir private static Path home;
  private static TestIssuer issuer;
  private static Setup setup;

  @BeforeAll
  static void start() throws Exception {
    issuer = TestIssuer.started();
    setup = Setup.of(home, issuer);
  }

  @AfterAll
  static void stop() throws Exception {
    setup.close();
    issuer.close();
  }

  private static TokenDraft token() {
    return issuer.token(TestIssuer.KEY, setup.context.clock().instant());
  }

  private static Instant now() {
    return setup.context.clock().instant();
  }

  private static void assertRefused(String token, String reason) {
    AuthenticationException refusal = setup.refused("alice", token);
    assertThat(refusal).hasMessageContaining(reason);
    assertThat(refusal.sqlState()).isEqualTo(SqlState.INVALID_AUTHORIZATION);
    assertThat(refusal.kind()).isEqualTo(FailureKind.CLIENT);
    assertThat(refusal.clientMessage())
        .isEqualTo("OAuth bearer authentication failed for user \"alice\"");
  }

  @Test
  void aGoodTokenLetsItsUserIn() throws Exception {
    assertThat(setup.logIn("alice", token().signed()).name()).isEqualTo("alice");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"
      })
  void everySignatureWithAPrivateKeyCounts(String algorithm) throws Exception {
    try (TestIssuer own = TestIssuer.started()) {
      IssuerKey key = IssuerKey.of("its own", algorithm);
      own.publish(key);
      try (Setup login = Setup.of(home, own)) {
        String token = own.token(key, login.context.clock().instant()).signed();
        assertThat(login.logIn("alice", token).name()).isEqualTo("alice");
        assertThat(login.refused("alice", changed(token))).hasMessageContaining("signature");
      }
    }
  }

  /** Another bit in the middle of the signature. */
  private static String changed(String token) {
    int at = token.length() - 20;
    return token.substring(0, at) + (token.charAt(at) == 'A' ? 'B' : 'A') + token.substring(at + 1);
  }

  @Test
  void aTokenWhoseClaimsWereChangedIsRefused() {
    String[] parts = token().signed().split("\\.", -1);
    String claims =
        new String(Base64.getUrlDecoder().decode(parts[1]), StandardCharsets.UTF_8)
            .replace("alice", "admin");
    String forged =
        parts[0]
            + "."
            + Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(claims.getBytes(StandardCharsets.UTF_8))
            + "."
            + parts[2];
    assertThat(setup.refused("admin", forged)).hasMessageContaining("signature");
  }

  @Test
  void aTokenOfAnotherKeyIsRefused() {
    assertRefused(token().signedBy(IssuerKey.of("first", "RS256")), "its signature is wrong");
  }

  @Test
  void aTokenWithoutASignatureIsRefused() {
    assertRefused(token().withHeader("alg", "none").unsigned(), "no signed token");
    assertRefused(token().withHeader("alg", "none").unsigned() + "AAAA", "cannot be read");
  }

  @Test
  void aTokenSignedWithThePublicKeyAsASecretIsRefused() {
    byte[] key = TestIssuer.KEY.pair().getPublic().getEncoded();
    String pem =
        "-----BEGIN PUBLIC KEY-----\n"
            + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key)
            + "\n-----END PUBLIC KEY-----\n";
    for (byte[] secret : List.of(key, pem.getBytes(StandardCharsets.UTF_8))) {
      assertRefused(
          token().withHeader("alg", "HS256").signedWithSecret(secret), "its algorithm is HS256");
    }
  }

  @Test
  void anAlgorithmThatIsNotAllowedIsRefused() throws Exception {
    try (Setup strict = Setup.of(home, issuer, "algorithms: [ES256, PS256]")) {
      assertThat(strict.refused("alice", token().signed()))
          .hasMessageContaining("its algorithm is RS256");
    }
  }

  @Test
  void aKeyIsOnlyForTheAlgorithmThatItsIssuerSays() throws Exception {
    try (TestIssuer own = TestIssuer.started()) {
      own.publish(TestIssuer.KEY.publishing("alg", "PS256"));
      try (Setup login = Setup.of(home, own)) {
        TokenDraft draft = own.token(TestIssuer.KEY, login.context.clock().instant());
        assertThat(login.refused("alice", draft.signed())).hasMessageContaining("no key");
        assertThat(login.logIn("alice", draft.withHeader("alg", "PS256").signed()).name())
            .isEqualTo("alice");
      }
    }
  }

  @Test
  void keysForOtherPurposesProveNothing() throws Exception {
    try (TestIssuer own = TestIssuer.started()) {
      IssuerKey shorter = IssuerKey.rsa("short", "RS256", 1024);
      own.publish(IssuerKey.of("good", "ES256"), TestIssuer.KEY.publishing("use", "enc"), shorter);
      try (Setup login = Setup.of(home, own)) {
        Instant now = login.context.clock().instant();
        for (IssuerKey key : List.of(TestIssuer.KEY, shorter)) {
          assertThat(login.refused("alice", own.token(key, now).signed()))
              .hasMessageContaining("no key");
        }
      }
    }
  }

  @Test
  void aKeyThatTheTokenBringsAlongProvesNothing() {
    IssuerKey own = IssuerKey.of("mine", "RS256");
    assertRefused(
        issuer
            .token(own, now())
            .withHeader("jwk", own.jwk())
            .withHeader("jku", "https://evil.example.com/keys")
            .signed(),
        "no key \"mine\"");
  }

  @Test
  void aTokenWithoutAKeysNameIsProvedByWhateverKeyFits() throws Exception {
    assertThat(setup.logIn("alice", token().withoutHeader("kid").signed()).name())
        .isEqualTo("alice");
  }

  @Test
  void criticalParametersThatPosternDoesNotKnowAreRefused() {
    assertRefused(
        token().withHeader("crit", List.of("exp")).withHeader("exp", 1).signed(), "critical");
    assertRefused(
        token().withHeader("crit", List.of("b64")).withHeader("b64", false).signed(), "critical");
  }

  @ParameterizedTest
  @ValueSource(strings = {"logout+jwt", "dpop+jwt", "secevent+jwt", "JOSE"})
  void tokensForOtherPurposesAreRefused(String type) {
    assertRefused(token().withHeader("typ", type).signed(), "its type is");
  }

  @Test
  void whereOnlyAccessTokensCountTheyHaveToSayThatTheyAre() throws Exception {
    try (Setup strict = Setup.of(home, issuer, "access-tokens-only: true")) {
      assertThat(strict.refused("alice", token().signed())).hasMessageContaining("at+jwt");
      assertThat(strict.logIn("alice", token().withHeader("typ", "at+JWT").signed()).name())
          .isEqualTo("alice");
    }
  }

  @Test
  void aTokenOfAnotherIssuerIsRefused() {
    assertRefused(token().with("iss", issuer.issuer() + "/").signed(), "it is of issuer");
    assertRefused(token().without("iss").signed(), "it is of issuer");
  }

  @Test
  void aTokenForSomebodyElseIsRefused() {
    assertRefused(token().with("aud", "another").signed(), "it is for [another]");
    assertRefused(token().without("aud").signed(), "it is for []");
    assertRefused(token().with("aud", Map.of("postern", 1)).signed(), "neither text nor texts");
  }

  @Test
  void aTokenForSeveralIsForEachOfThem() throws Exception {
    assertThat(setup.logIn("alice", token().with("aud", List.of("x", "postern")).signed()).name())
        .isEqualTo("alice");
  }

  @Test
  void aTokenWithoutTheScopeIsRefusedInThoseWords() {
    String token = token().with("scope", "openid postgresql").signed();
    var exchange = Setup.bearer("alice", token);

    assertThat(setup.refused(exchange)).hasMessageContaining("it lacks the scope postgres");
    assertThat(exchange.challenges()).singleElement().asString().contains("insufficient_scope");
  }

  @Test
  void scopesMayBeAListOrCalledScp() throws Exception {
    for (Object scopes : List.of("openid postgres", List.of("openid", "postgres"))) {
      String token = token().without("scope").with("scp", scopes).signed();
      assertThat(setup.logIn("alice", token).name()).isEqualTo("alice");
    }
  }

  @Test
  void scopesAreNotLookedAtWhereNoneIsRequired() throws Exception {
    try (Setup lax =
        Setup.of(
            home,
            "issuer: %s\ntrust: %s\naudience: [postern]\nscopes: []\n"
                .formatted(issuer.issuer(), Setup.AUTHORITY_FILE))) {
      assertThat(lax.logIn("alice", token().with("scope", "").signed()).name()).isEqualTo("alice");
    }
  }

  @Test
  void anExpiredTokenIsRefusedAfterTheSkew() throws Exception {
    long now = now().getEpochSecond();
    assertThat(setup.logIn("alice", token().with("exp", now - 25).signed()).name())
        .isEqualTo("alice");
    assertRefused(token().with("exp", now - 31).signed(), "it expired at");
  }

  @Test
  void aTokenThatIsNotYetValidIsRefusedBeforeTheSkew() throws Exception {
    long now = now().getEpochSecond();
    assertThat(setup.logIn("alice", token().with("nbf", now + 25).signed()).name())
        .isEqualTo("alice");
    assertRefused(token().with("nbf", now + 35).signed(), "it does not count before");
    assertRefused(token().with("iat", now + 35).signed(), "it will be made at");
  }

  @ParameterizedTest
  @ValueSource(strings = {"exp", "nbf", "iat"})
  void timesThatAreNoneAreRefused(String claim) {
    for (Object value : List.of("tomorrow", -1, 1e300, List.of(1), 9223372036854775807L)) {
      assertRefused(token().with(claim, value).signed(), "its claim " + claim);
    }
  }

  @Test
  void aTokenHasToSayWhenItExpires() {
    assertRefused(token().without("exp").signed(), "(exp)");
  }

  @Test
  void aTokenHasToSayFromWhenOnItCountsWhereThatIsAskedFor() throws Exception {
    try (Setup strict = Setup.of(home, issuer, "require-not-before: true")) {
      assertThat(strict.refused("alice", token().signed())).hasMessageContaining("(nbf)");
      String token = token().with("nbf", now().getEpochSecond()).signed();
      assertThat(strict.logIn("alice", token).name()).isEqualTo("alice");
    }
  }

  @Test
  void aTokenWithALongLifeIsRefusedWhereThatIsAskedFor() throws Exception {
    try (Setup strict = Setup.of(home, issuer, "longest-life: 5m")) {
      assertThat(strict.logIn("alice", token().signed()).name()).isEqualTo("alice");
      String longer =
          token().with("exp", now().plus(Duration.ofHours(1)).getEpochSecond()).signed();
      assertThat(strict.refused("alice", longer)).hasMessageContaining("longer than");
      assertThat(strict.refused("alice", token().without("iat").signed()))
          .hasMessageContaining("(iat)");
    }
  }

  @Test
  void aTokenThatIsBoundToAKeyIsNoBearerToken() {
    assertRefused(token().with("cnf", Map.of("x5t#S256", "x")).signed(), "(cnf)");
  }

  @Test
  void claimsHaveToSayWhatIsRequired() throws Exception {
    try (Setup strict = Setup.of(home, issuer, "required-claims: {typ: Bearer, app.kind: a}")) {
      assertThat(strict.refused("alice", token().with("typ", "ID").signed()))
          .hasMessageContaining("its claim");
      String token = token().with("typ", "Bearer").with("app", Map.of("kind", "a")).signed();
      assertThat(strict.logIn("alice", token).name()).isEqualTo("alice");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x",
        "a.b",
        "a.b.c",
        "a.b.c.d",
        "e30.e30.e30",
        "....",
        "W10.W10.W10",
        "bnVsbA.bnVsbA.AA"
      })
  void whatIsNoTokenIsRefused(String token) {
    assertRefused(token, "it");
  }

  @Test
  void charactersThatALibraryWouldPassOverAreRefused() {
    String token = token().signed();
    int dot = token.indexOf('.');
    assertRefused(token.substring(0, dot) + "~" + token.substring(dot), "no signed token");
    assertRefused(token + "=", "no signed token");
  }

  @Test
  void aTokenThatIsTooLongIsRefused() {
    assertRefused(token().with("long", "x".repeat(16_000)).signed(), "limits.token");
  }

  @Test
  void claimsInManyLevelsAreRefused() {
    String deep = "[".repeat(5_000) + "]".repeat(5_000);
    String claims = "{\"iss\":\"x\",\"deep\":" + deep + "}";
    assertRefused(
        token().signed().split("\\.", -1)[0]
            + "."
            + Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(claims.getBytes(StandardCharsets.UTF_8))
            + ".AAAA",
        "signature");
  }

  @Test
  void nothingOfATokenIsInWhatIsSaid() {
    String token = token().with("sub", "mallory").signed();
    AuthenticationException refusal = setup.refused("alice", token);
    for (Throwable each = refusal; each != null; each = each.getCause()) {
      assertThat(each.toString())
          .doesNotContain(token.substring(token.lastIndexOf('.')))
          .doesNotContain("an identifier of a token");
    }
    assertThat(refusal).hasMessageContaining("subject \"mallory\", jti hash ");
  }
}
