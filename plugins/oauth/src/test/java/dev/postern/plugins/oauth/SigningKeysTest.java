package dev.postern.plugins.oauth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.api.FailureKind;
import dev.postern.api.PluginContext;
import dev.postern.api.SqlState;
import dev.postern.api.auth.AuthenticatedUser;
import dev.postern.api.auth.AuthenticationException;
import dev.postern.plugins.oauth.issuer.IssuerKey;
import dev.postern.plugins.oauth.issuer.TestIssuer;
import dev.postern.proxy.config.Binder;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where the keys come from, when they are read, and what happens when they cannot be. */
final class SigningKeysTest {
  private static final IssuerKey NEXT = IssuerKey.of("next", "ES256");

  @TempDir Path home;

  private final TestIssuer issuer = TestIssuer.started();
  private final List<Setup> made = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (Setup setup : made) {
      setup.close();
    }
    issuer.close();
  }

  private Setup setup(String... more) throws Exception {
    Setup setup = Setup.of(home, issuer, more);
    made.add(setup);
    return setup;
  }

  private String token(Setup setup, IssuerKey key) {
    Instant now = setup.context.clock().instant();
    return issuer.token(key, now).with("exp", now.getEpochSecond() + 1_000_000).signed();
  }

  private void assertLetsIn(Setup setup, IssuerKey key) throws AuthenticationException {
    assertThat(setup.logIn("alice", token(setup, key)).name()).isEqualTo("alice");
  }

  private AuthenticationException assertUnavailable(Setup setup) {
    AuthenticationException refusal = setup.refused("alice", token(setup, TestIssuer.KEY));
    assertThat(refusal.kind()).isEqualTo(FailureKind.PLUGIN);
    assertThat(refusal.sqlState()).isEqualTo(SqlState.INVALID_AUTHORIZATION);
    assertThat(refusal.clientMessage()).isEqualTo("authentication is not available now");
    return refusal;
  }

  @Test
  void keysAreReadOnceForManyLogins() throws Exception {
    Setup setup = setup();
    for (int i = 0; i < 5; i++) {
      assertLetsIn(setup, TestIssuer.KEY);
    }
    assertThat(issuer.requests(issuer.jwks())).isEqualTo(1);
    assertThat(issuer.requests(issuer.openidConfiguration())).isEqualTo(1);
  }

  @Test
  void theDocumentOfRfc8414IsReadWhereThatIsAskedFor() throws Exception {
    Setup setup = setup("metadata: oauth-authorization-server");
    assertLetsIn(setup, TestIssuer.KEY);
    assertThat(issuer.requests(issuer.oauthAuthorizationServer())).isEqualTo(1);
    assertThat(issuer.requests(issuer.openidConfiguration())).isZero();

    var exchange = Setup.bearer("alice", "x");
    setup.refused(exchange);
    assertThat(exchange.challenges())
        .singleElement()
        .asString()
        .contains(issuer.oauthAuthorizationServer());
  }

  @Test
  void noDocumentIsReadWhereTheAddressOfTheKeysIsGiven() throws Exception {
    assertLetsIn(setup("jwks: " + issuer.jwks()), TestIssuer.KEY);
    assertThat(issuer.requests(issuer.openidConfiguration())).isZero();
  }

  @Test
  void aTokenWithANewKeyLetsItsUserInAtOnce() throws Exception {
    Setup setup = setup();
    assertLetsIn(setup, TestIssuer.KEY);
    issuer.publish(TestIssuer.KEY, NEXT);

    assertLetsIn(setup, NEXT);
    assertLetsIn(setup, TestIssuer.KEY);
    assertThat(issuer.requests(issuer.jwks())).isEqualTo(2);
  }

  @Test
  void aNewKeyWithoutANameIsFoundToo() throws Exception {
    Setup setup = setup();
    assertLetsIn(setup, TestIssuer.KEY);
    IssuerKey second = IssuerKey.of("second", "RS256");
    issuer.publish(second);
    String token =
        issuer.token(second, setup.context.clock().instant()).withoutHeader("kid").signed();

    assertThat(setup.logIn("alice", token).name()).isEqualTo("alice");
  }

  @Test
  void tokensWithUnknownKeysMakeTheIssuerBeAskedNotMoreOftenThanAllowed() throws Exception {
    Setup setup = setup("keys: {unknown-key: 20s}");
    assertLetsIn(setup, TestIssuer.KEY);
    for (int i = 0; i < 20; i++) {
      assertThat(setup.refused("alice", token(setup, NEXT))).hasMessageContaining("no key");
    }
    assertThat(issuer.requests(issuer.jwks())).isEqualTo(2);

    issuer.publish(NEXT);
    setup.context.clock().advance(Duration.ofSeconds(20));
    assertLetsIn(setup, NEXT);
    assertThat(issuer.requests(issuer.jwks())).isEqualTo(3);
  }

  @Test
  void aKeyThatTheIssuerHasRemovedProvesNothingAfterTheNextReading() throws Exception {
    Setup setup = setup("keys: {refresh: 1m}");
    assertLetsIn(setup, TestIssuer.KEY);
    issuer.publish(NEXT);
    assertLetsIn(setup, TestIssuer.KEY);
    setup.context.pass(Duration.ofMinutes(1));

    await()
        .untilAsserted(
            () ->
                assertThat(setup.refused("alice", token(setup, TestIssuer.KEY)))
                    .hasMessageContaining("no key \"first\""));
  }

  @Test
  void manyLoginsWaitForOneRequest() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch answer = new CountDownLatch(1);
    issuer.answersAt(
        issuer.openidConfiguration(),
        exchange -> {
          asked.countDown();
          hold(answer);
          TestIssuer.send(
              exchange,
              200,
              "{\"issuer\":\"%s\",\"jwks_uri\":\"%s\"}".formatted(issuer.issuer(), issuer.jwks()));
        });
    Setup setup = setup();
    String token = token(setup, TestIssuer.KEY);
    try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<AuthenticatedUser>> logins = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        logins.add(clients.submit(() -> setup.logIn("alice", token)));
      }
      hold(asked);
      answer.countDown();
      for (Future<AuthenticatedUser> login : logins) {
        assertThat(login.get().name()).isEqualTo("alice");
      }
    }
    assertThat(issuer.requests(issuer.openidConfiguration())).isEqualTo(1);
  }

  private static void hold(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void knownKeysCountWhileTheIssuerIsAwayUpToABound() throws Exception {
    Setup setup = setup("keys: {refresh: 1m, keep: 1h}");
    assertLetsIn(setup, TestIssuer.KEY);
    issuer.stop();

    setup.context.pass(Duration.ofMinutes(59));
    assertLetsIn(setup, TestIssuer.KEY);
    setup.context.clock().advance(Duration.ofMinutes(2));
    assertUnavailable(setup);
  }

  @Test
  void keysThatComeWhileALoginLooksForThemCount() throws Exception {
    Setup setup = setup();
    AtomicReference<Runnable> meanwhile = new AtomicReference<>(() -> {});
    PluginContext context =
        (PluginContext)
            Proxy.newProxyInstance(
                PluginContext.class.getClassLoader(),
                new Class<?>[] {PluginContext.class},
                (_, method, arguments) -> {
                  if (method.getName().equals("clock")) {
                    return (InstantSource)
                        () -> {
                          meanwhile.getAndSet(() -> {}).run();
                          return setup.context.clock().instant();
                        };
                  }
                  return method.invoke(setup.context, arguments);
                });
    OauthConfig config =
        new Binder(home, Map.of())
            .bind(Setup.yaml(issuer, "keys: {refresh: 1m, keep: 1h}"), OauthConfig.class);
    try (IssuerHttp http = new IssuerHttp(config)) {
      SigningKeys keys = new SigningKeys(config, http, context);
      Deadline deadline = Deadline.in(Duration.ofSeconds(20));
      KeySet old = keys.current(deadline);
      setup.context.clock().advance(Duration.ofHours(2));
      // A login has seen the old ones, and not yet that they are too old.
      AtomicReference<KeySet> come = new AtomicReference<>();
      meanwhile.set(
          () -> {
            try {
              come.set(keys.newerThan(old, deadline));
            } catch (IssuerException e) {
              throw new IllegalStateException(e);
            }
          });

      assertThat(keys.current(deadline)).isSameAs(come.get()).isNotNull();
    }
  }

  @Test
  void knownKeysCountWhereTheClockWasPutBack() throws Exception {
    Setup setup = setup();
    assertLetsIn(setup, TestIssuer.KEY);
    issuer.stop();
    setup.context.clock().advance(Duration.ofSeconds(-20));
    assertLetsIn(setup, TestIssuer.KEY);
  }

  @Test
  void anUnknownKeyDoesNotDecideWhileTheIssuerIsAway() throws Exception {
    Setup setup = setup();
    assertLetsIn(setup, TestIssuer.KEY);
    issuer.stop();

    assertThat(setup.refused("alice", token(setup, NEXT)).kind()).isEqualTo(FailureKind.PLUGIN);
    assertLetsIn(setup, TestIssuer.KEY);
  }

  @Test
  void anIssuerThatIsAwayAtTheStartDoesNotStopItAndIsAskedAgain() throws Exception {
    issuer.stop();
    Setup setup = setup();
    assertUnavailable(setup);
    issuer.start();
    setup.context.clock().advance(Duration.ofSeconds(1));

    assertLetsIn(setup, TestIssuer.KEY);
  }

  @Test
  void anIssuerThatIsAwayIsNotAskedByEveryLogin() throws Exception {
    issuer.answersAt(issuer.jwks(), exchange -> TestIssuer.send(exchange, 503, ""));
    Setup setup = setup();
    for (int i = 0; i < 20; i++) {
      assertUnavailable(setup);
    }
    assertThat(issuer.requests(issuer.jwks())).isEqualTo(1);
  }

  @Test
  void areReadSoonWithoutALogin() throws Exception {
    Setup setup = setup();
    await().untilAsserted(() -> assertThat(setup.context.metric("signing_keys")).isEqualTo(1));
    assertLetsIn(setup, TestIssuer.KEY);
    assertThat(issuer.requests(issuer.jwks())).isEqualTo(1);
  }

  @Test
  void anIssuerThatIsAwayIsAskedAgainWithoutALogin() throws Exception {
    issuer.stop();
    Setup setup = setup();
    assertUnavailable(setup);
    issuer.start();
    setup.context.pass(Duration.ofSeconds(10));

    await().untilAsserted(() -> assertThat(setup.context.metric("signing_keys")).isEqualTo(1));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "not JSON",
        "[]",
        "{}",
        "{\"keys\": {}}",
        "{\"keys\": []}",
        "{\"keys\": [1, \"x\", {}, {\"kty\": \"RSA\"}, {\"kty\": \"oct\", \"k\": \"AAAA\"}]}",
        "{\"keys\": [{\"kty\": \"EC\", \"crv\": \"P-256\", \"x\": \"AAAA\", \"y\": \"AAAA\"}]}",
        "{\"keys\": [{\"kty\": \"OKP\", \"crv\": \"Ed25519\", \"x\": \"AAAA\"}]}"
      })
  void aBrokenSetOfKeysLetsNobodyIn(String body) throws Exception {
    issuer.answersAt(issuer.jwks(), exchange -> TestIssuer.send(exchange, 200, body));
    assertUnavailable(setup());
  }

  @Test
  void keysThatCannotBeReadLeaveTheOthersInService() throws Exception {
    issuer.publish(
        new IssuerKey("broken", "RS256", NEXT.pair(), Map.of("kty", "RSA", "n", "x")),
        TestIssuer.KEY);
    assertLetsIn(setup(), TestIssuer.KEY);
  }

  @Test
  void aSetOfKeysInManyLevelsLetsNobodyIn() throws Exception {
    issuer.answersAt(
        issuer.jwks(),
        exchange ->
            TestIssuer.send(
                exchange, 200, "{\"keys\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}"));
    assertUnavailable(setup());
  }

  @Test
  void anAnswerThatIsTooLongIsNotReadToItsEnd() throws Exception {
    issuer.answersAt(
        issuer.jwks(),
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          byte[] part = new byte[8192];
          for (int i = 0; i < 100_000; i++) {
            exchange.getResponseBody().write(part);
          }
        });
    assertThat(assertUnavailable(setup("limits: {response: 64KiB}")))
        .hasMessageContaining("more than 65536 bytes");
  }

  @Test
  void anAnswerInDropsIsGivenUpInTime() throws Exception {
    CountDownLatch over = new CountDownLatch(1);
    issuer.answersAt(
        issuer.jwks(),
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          exchange.getResponseBody().write('{');
          exchange.getResponseBody().flush();
          hold(over);
        });
    long begin = System.nanoTime();
    assertUnavailable(setup("timeouts: {request: 300ms}"));
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(10));
    over.countDown();
  }

  @Test
  void aLoginDoesNotWaitForLongerThanItsOwnTime() throws Exception {
    CountDownLatch over = new CountDownLatch(1);
    issuer.answersAt(issuer.openidConfiguration(), exchange -> hold(over));
    assertThat(assertUnavailable(setup("timeouts: {login: 300ms, request: 60s}")))
        .hasMessageContaining("timeouts.login");
    over.countDown();
  }

  @Test
  void nobodyIsFollowedToAnotherAddress() throws Exception {
    issuer.answersAt(
        issuer.jwks(),
        exchange -> {
          exchange.getResponseHeaders().set("Location", issuer.root() + "/elsewhere");
          exchange.sendResponseHeaders(302, -1);
        });
    assertThat(assertUnavailable(setup())).hasMessageContaining("status 302");
    assertThat(issuer.requests(issuer.root() + "/elsewhere")).isZero();
  }

  @Test
  void theDocumentOfAnotherIssuerIsNotTaken() throws Exception {
    issuer.says(Map.of("issuer", "https://another.example.com"));
    assertThat(assertUnavailable(setup()))
        .hasMessageContaining("is of issuer \"https://another.example.com\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://localhost/keys", "file:///etc/passwd", "keys", "jar:file:/x!/y"})
  void keysAreReadOverTlsOnly(String address) throws Exception {
    issuer.says(Map.of("jwks_uri", address));
    assertThat(assertUnavailable(setup())).hasMessageContaining("jwks_uri");
  }

  @Test
  void anIssuerWithAnUntrustedCertificateIsNotAsked() throws Exception {
    Setup setup =
        Setup.of(home, "issuer: %s\naudience: [postern]\nscopes: []\n".formatted(issuer.issuer()));
    made.add(setup);
    assertUnavailable(setup);
    assertThat(issuer.requests(issuer.openidConfiguration())).isZero();
  }

  @Test
  void anIssuerWithACertificateForAnotherNameIsNotAsked() throws Exception {
    String other = issuer.issuer().replace("localhost", "127.0.0.2");
    Setup setup =
        Setup.of(
            home,
            "issuer: %s\ntrust: %s\naudience: [postern]\nscopes: []\n"
                .formatted(other, Setup.AUTHORITY_FILE));
    made.add(setup);
    assertUnavailable(setup);
  }

  @Test
  void anIssuerOnThisMachineMayBeWithoutTlsWhereThatIsAskedFor() throws Exception {
    try (TestIssuer clear = TestIssuer.inClear()) {
      Setup setup = Setup.of(home, clear, "insecure-http: true");
      made.add(setup);
      String token = clear.token(TestIssuer.KEY, setup.context.clock().instant()).signed();
      assertThat(setup.logIn("alice", token).name()).isEqualTo("alice");
    }
  }

  @Test
  void theNumbersShowHowManyKeysThereAreAndHowOld() throws Exception {
    Setup setup = setup();
    assertLetsIn(setup, TestIssuer.KEY);
    setup.context.clock().advance(Duration.ofSeconds(7));
    assertThat(setup.context.metric("signing_keys")).isEqualTo(1);
    assertThat(setup.context.metric("signing_keys_age_seconds")).isEqualTo(7);
  }
}
