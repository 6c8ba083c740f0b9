package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.api.Secret;
import dev.postern.api.auth.AuthenticatedUser;
import dev.postern.api.intercept.MessageInterceptor;
import dev.postern.api.intercept.Verdict;
import dev.postern.api.message.BackendMessage;
import dev.postern.api.message.CommandComplete;
import dev.postern.api.routing.Pooling;
import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.PosternBuilder;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** An authenticator says until when a login is good; its session ends then, and how. */
final class LoginExpiryIT {
  private static final String ROLE = "expiry_role";
  private static final String TOLD = "terminating connection because its login has expired";
  private static final Duration LIFE = Duration.ofMillis(1500);

  /** How late a busy machine may be. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private volatile Instant expiry = Instant.MAX;

  @BeforeAll
  static void createRole() {
    Gateways.server().createRole(ROLE, Gateways.PASSWORD);
    Gateways.server().execute("CREATE TABLE expiry_kept (text text)");
    Gateways.server().execute("GRANT ALL ON expiry_kept TO " + ROLE);
  }

  @BeforeEach
  void empty() {
    Gateways.server().execute("TRUNCATE expiry_kept");
  }

  static Stream<Pooling> modes() {
    return Stream.of(Pooling.DEDICATED, Pooling.SESSION, Pooling.TRANSACTION);
  }

  private PosternBuilder gateway(Pooling mode, String grace) {
    return RunningPostern.builder()
        .backend(Gateways.server(), mode)
        .authenticator(
            exchange ->
                AuthenticatedUser.named(exchange.startup().user())
                    .withRole(ROLE, Secret.ofPassword(Gateways.PASSWORD.toCharArray()))
                    .withExpiry(expiry))
        .setting("timeouts.expired", grace);
  }

  private static WireClient begun(RunningPostern postern) {
    WireClient client = WireClient.connect(postern.address());
    client.send(FrontendPackets.startup("user", ROLE, "database", "postgres"));
    return client;
  }

  private static WireClient loggedIn(RunningPostern postern) {
    WireClient client = begun(postern);
    assertThat(client.expect('R').int32(0)).isZero();
    client.greeting();
    return client;
  }

  private WireClient expiring(RunningPostern postern) {
    expiry = Instant.now().plus(LIFE);
    return loggedIn(postern);
  }

  private void expectEnd(WireClient client) {
    assertThat(client.expectFatal("57P01").text()).isEqualTo(TOLD);
    assertThat(Instant.now()).isBetween(expiry, expiry.plus(PATIENCE));
    await()
        .untilAsserted(
            () ->
                assertThat(
                        Logs.containing(
                            "INFO", "LOGIN_EXPIRED", "its login was good until " + expiry))
                    .hasSize(1));
  }

  @ParameterizedTest
  @MethodSource("modes")
  void anIdleSessionEndsWhenItsLoginExpires(Pooling mode) {
    try (RunningPostern postern = gateway(mode, "1h").start();
        WireClient other = loggedIn(postern);
        WireClient client = expiring(postern)) {
      assertThat(client.queryOne("SELECT 1")).isEqualTo("1");
      expectEnd(client);
      assertThat(other.queryOne("SELECT 2")).isEqualTo("2");
      assertThat(postern.server().registry().sessions()).hasSize(1);
    }
  }

  @ParameterizedTest
  @MethodSource("modes")
  void aTransactionIsCommittedBeforeItsSessionEnds(Pooling mode) {
    try (RunningPostern postern = gateway(mode, "1h").start();
        WireClient client = expiring(postern)) {
      client.query("BEGIN");
      client.query("INSERT INTO expiry_kept VALUES ('kept')");
      awaitExpiry();
      assertThat(client.queryOne("SELECT 6 * 7")).isEqualTo("42");

      List<WireMessage> answers = client.query("COMMIT");

      assertThat(answers.getLast().type()).isEqualTo('Z');
      expectEnd(client);
      assertThat(Gateways.server().query("SELECT text FROM expiry_kept")).contains("kept");
    }
  }

  @ParameterizedTest
  @MethodSource("modes")
  void aStatementIsAnsweredBeforeItsSessionEnds(Pooling mode) {
    try (RunningPostern postern = gateway(mode, "1h").start();
        WireClient client = expiring(postern)) {
      client.query("SELECT count(pg_sleep(0.001)) FROM generate_series(1, 10)");
      assertThat(client.queryOne("SELECT 'slept' FROM pg_sleep(2)")).isEqualTo("slept");
      expectEnd(client);
    }
  }

  @ParameterizedTest
  @MethodSource("modes")
  void aTransactionThatGoesOnForTooLongIsRolledBack(Pooling mode) {
    try (RunningPostern postern = gateway(mode, "500ms").start();
        WireClient client = expiring(postern)) {
      client.query("BEGIN");
      client.query("INSERT INTO expiry_kept VALUES ('lost')");
      client.send(FrontendPackets.query("SELECT pg_sleep(300)"));
      expectEnd(client);
      assertThat(Instant.now()).isAfterOrEqualTo(expiry.plusMillis(500));
      assertThat(Logs.containing("did not end within timeouts.expired (500 ms)")).hasSize(1);
      await().until(() -> Sessions.busy(Gateways.server(), ROLE) == 0);
      assertThat(Gateways.server().query("SELECT text FROM expiry_kept")).doesNotContain("lost");
    }
  }

  @ParameterizedTest
  @MethodSource("modes")
  void nobodyStaysByLeavingATransactionOpen(Pooling mode) {
    try (RunningPostern postern = gateway(mode, "500ms").start();
        WireClient client = expiring(postern)) {
      client.query("BEGIN");
      expectEnd(client);
      await().until(() -> Sessions.busy(Gateways.server(), ROLE) == 0);
    }
  }

  @ParameterizedTest
  @MethodSource("modes")
  void whereTransactionsGetNoTimeTheyEndAtOnce(Pooling mode) {
    try (RunningPostern postern = gateway(mode, "0s").start();
        WireClient client = expiring(postern)) {
      client.query("BEGIN");
      expectEnd(client);
    }
  }

  @Test
  void aSessionThatWaitsForAConnectionEndsAtOnce() {
    Pooling one = Pooling.TRANSACTION.with(pool -> pool.size(1));
    try (RunningPostern postern = gateway(one, "1h").start();
        WireClient client = expiring(postern);
        WireClient holder = holding(postern)) {
      expiry = expiryOf(postern, 0);
      client.send(FrontendPackets.query("INSERT INTO expiry_kept VALUES ('never begun')"));
      expectEnd(client);
      holder.query("COMMIT");
      assertThat(Gateways.server().query("SELECT text FROM expiry_kept")).doesNotContain("never");
    }
  }

  private WireClient holding(RunningPostern postern) {
    expiry = Instant.MAX;
    WireClient holder = loggedIn(postern);
    holder.query("BEGIN");
    return holder;
  }

  private static Instant expiryOf(RunningPostern postern, int session) {
    return postern.server().registry().sessions().stream()
        .map(each -> each.info().user().expiry())
        .sorted()
        .toList()
        .get(session);
  }

  @ParameterizedTest
  @MethodSource("modes")
  void whatAnInterceptorThinksAboutIsAnsweredFirst(Pooling mode) {
    CompletableFuture<Verdict<BackendMessage>> verdict = new CompletableFuture<>();
    MessageInterceptor slow =
        (session, interests) ->
            interests.interceptBackend(
                CommandComplete.class,
                answer ->
                    answer.tag().startsWith("INSERT") ? Verdict.later(verdict) : Verdict.forward());
    try (RunningPostern postern = gateway(mode, "1h").interceptor("slow", slow).start();
        WireClient client = expiring(postern)) {
      client.send(FrontendPackets.query("INSERT INTO expiry_kept VALUES ('thought about')"));
      awaitExpiry();
      verdict.complete(Verdict.forward());
      assertThat(client.expect('C').strings(0)).containsExactly("INSERT 0 1");
      client.expect('Z');
      expectEnd(client);
    }
  }

  @Test
  void aLoginThatHasExpiredAlreadyIsRefused() {
    expiry = Instant.now().minusSeconds(1);
    try (RunningPostern postern = gateway(Pooling.SESSION, "1h").start();
        WireClient client = begun(postern)) {
      assertThat(client.expectFatal("28000").text())
          .isEqualTo("the login of user \"" + ROLE + "\" has expired");
      assertThat(Logs.containing("login refused", "it was good until " + expiry)).hasSize(1);
    }
  }

  /** Until the session's timer has looked, too. */
  private void awaitExpiry() {
    await()
        .pollDelay(Duration.between(Instant.now(), expiry.plusMillis(300)))
        .until(() -> Instant.now().isAfter(expiry));
  }
}
