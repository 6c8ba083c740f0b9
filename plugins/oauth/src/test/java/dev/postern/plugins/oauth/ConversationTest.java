package dev.postern.plugins.oauth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.postern.api.SqlState;
import dev.postern.api.auth.AuthenticatedUser;
import dev.postern.api.auth.AuthenticationException;
import dev.postern.api.session.ClientInfo;
import dev.postern.api.session.StartupParameters;
import dev.postern.plugins.oauth.issuer.TestIssuer;
import dev.postern.testkit.spi.FakeExchange;
import dev.postern.testkit.spi.Samples;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is said between a client and the authenticator, and who is asked for what. */
final class ConversationTest {
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

  private static String token() {
    return issuer.token(TestIssuer.KEY, setup.context.clock().instant()).signed();
  }

  private static FakeExchange saying(String message, String... more) {
    String[] all = new String[more.length + 1];
    all[0] = message;
    System.arraycopy(more, 0, all, 1, more.length);
    return Setup.exchange("alice").speaking("OAUTHBEARER", all);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "n,,\1auth=Bearer {}\1\1",
        "y,,\1auth=Bearer {}\1\1",
        "n,,\1auth=bearer    {}\1\1",
        "n,,\1auth=BEARER {}\1\1",
        "n,,\1host=db.example.com\1port=5432\1auth=Bearer {}\1\1",
        "n,,\1auth=Bearer {}\1later=a value\1\1"
      })
  void everyFormOfAGoodMessageIsTaken(String form) throws Exception {
    FakeExchange exchange = saying(form.replace("{}", token()));
    AuthenticatedUser user = setup.authenticator.authenticate(exchange);
    assertThat(user.name()).isEqualTo("alice");
    assertThat(exchange.challenges()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "\1",
        "n",
        "n,",
        "n,,",
        "x,,\1auth=\1\1",
        "p=tls-unique,,\1auth=\1\1",
        "n, ,\1auth=\1\1",
        "n,,auth=\1\1",
        "n,,\1auth=",
        "n,,\1auth=\1",
        "n,,\1\1",
        "n,,\1auth\1\1",
        "n,,\1=x\1\1",
        "n,,\1au th=x\1\1",
        "n,,\1aut1=x\1auth=\1\1",
        "n,,\1auth=\1auth=\1\1",
        "n,,\1auth=\1\1\1",
        "n,,\1auth=\1\1x",
        "n,,\1auth=\u0000\1\1",
        "n,,\1auth=\u007f\1\1",
        "n,,\1auth=\u00e9\1\1"
      })
  void aMalformedMessageIsAProtocolViolation(String message) {
    AuthenticationException refusal = setup.refused(saying(message));
    assertThat(refusal.sqlState()).isEqualTo(SqlState.PROTOCOL_VIOLATION);
    assertThat(refusal.clientMessage()).isEqualTo("malformed OAUTHBEARER message");
  }

  @Test
  void anAuthorizationIdentityIsNotSupported() {
    assertThat(setup.refused(saying("n,a=bob,\1auth=\1\1")).sqlState())
        .isEqualTo(SqlState.FEATURE_NOT_SUPPORTED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"Basic YTpi", "Bearer", "Bearer ", "Bearer a b", "x", " Bearer x", "Bearer x,y"})
  void whatIsNoBearerTokenIsRefusedAsOne(String auth) {
    FakeExchange exchange = saying("n,,\1auth=" + auth + "\1\1", "\1");
    assertThat(setup.refused(exchange)).hasMessageContaining("no bearer token");
    assertThat(exchange.challenges()).singleElement().asString().contains("invalid_token");
  }

  @Test
  void aClientWithoutATokenLearnsWhereTheyAreToBeHad() {
    FakeExchange exchange = saying("n,,\1auth=\1\1", "\1");
    AuthenticationException refusal = setup.refused(exchange);

    assertThat(exchange.challenges())
        .containsExactly(
            "{\"status\":\"invalid_token\",\"scope\":\"postgres\",\"openid-configuration\":\"%s\"}"
                .formatted(issuer.openidConfiguration()));
    assertThat(refusal.sqlState()).isEqualTo(SqlState.INVALID_AUTHORIZATION);
    assertThat(refusal).hasMessageContaining("asked who the issuer is");
    assertThat(setup.context.metric("discoveries")).isPositive();
  }

  @Test
  void aRefusalHasToBeAcknowledged() {
    AuthenticationException refusal = setup.refused(saying("n,,\1auth=Bearer x\1\1", "\1\1"));
    assertThat(refusal.sqlState()).isEqualTo(SqlState.PROTOCOL_VIOLATION);
  }

  @Test
  void theReasonIsKnownEvenIfTheClientGoesWithoutAWord() {
    assertThat(setup.refused(saying("n,,\1auth=Bearer x\1\1")))
        .hasMessageContaining("no signed token");
  }

  @Test
  void aClientWithoutTlsIsAskedForNothing() {
    FakeExchange exchange =
        new FakeExchange(Samples.client(), Samples.startup("alice", "app"))
            .speaking("OAUTHBEARER", "n,,\1auth=Bearer x\1\1")
            .meanwhile(
                () -> {
                  throw new AssertionError("asked");
                });
    assertThat(setup.refused(exchange).clientMessage()).contains("encrypted connection");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{always: true}",
        "{users: [bob, \"ali*\"]}",
        "{ports: [6432]}",
        "{applications: [\"DBeaver*\"]}"
      })
  void clientsThatAreNamedGiveTheTokenAsTheirPassword(String which) throws Exception {
    try (Setup own = Setup.of(home, issuer, "password: " + which)) {
      FakeExchange exchange =
          new FakeExchange(
                  listeningAt6432(),
                  Samples.startup("alice", "app", "application_name", "DBeaver 25"))
              .sending(token());
      assertThat(own.authenticator.authenticate(exchange).name()).isEqualTo("alice");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"{}", "{users: [bob]}", "{ports: [6433]}", "{applications: [\"DBeaver*\"]}"})
  void otherClientsSpeakTheMechanism(String which) throws Exception {
    try (Setup own = Setup.of(home, issuer, "password: " + which)) {
      assertThat(own.logIn("alice", token()).name()).isEqualTo("alice");
    }
  }

  @Test
  void aPasswordThatIsNoGoodTokenIsAWrongPassword() throws Exception {
    try (Setup own = Setup.of(home, issuer, "password: {always: true}")) {
      for (String password : new String[] {"secret", token() + "x", " " + token()}) {
        AuthenticationException refusal =
            Objects.requireNonNull(
                catchThrowableOfType(
                    AuthenticationException.class,
                    () ->
                        own.authenticator.authenticate(Setup.exchange("alice").sending(password))));
        assertThat(refusal.sqlState()).isEqualTo(SqlState.INVALID_PASSWORD);
        assertThat(refusal).hasMessageContaining("the token is refused");
        assertThat(refusal.getMessage()).doesNotContain("secret");
      }
      assertThat(own.context.metric("refused_logins")).isEqualTo(3);
    }
  }

  @Test
  void inAChainItClaimsTheLoginsThatAreNamed() throws Exception {
    try (Setup own =
        Setup.of(
            home,
            issuer,
            "chain: {users: [\"*@example.com\"], except-users: [\"svc-*\"], databases: [app]}")) {
      assertThat(claims(own, "alice@example.com", "app")).isTrue();
      assertThat(claims(own, "alice", "app")).isFalse();
      assertThat(claims(own, "svc-1@example.com", "app")).isFalse();
      assertThat(claims(own, "alice@example.com", "other")).isFalse();
    }
    assertThat(claims(setup, "anybody", "anything")).isTrue();
  }

  private static boolean claims(Setup setup, String user, String database) {
    StartupParameters startup = Samples.startup(user, database);
    return setup.authenticator.claims(Samples.tlsClient(null), startup);
  }

  private static ClientInfo listeningAt6432() {
    ClientInfo client = Samples.tlsClient(null);
    assertThat(client.listener().getPort()).isEqualTo(6432);
    return client;
  }
}
