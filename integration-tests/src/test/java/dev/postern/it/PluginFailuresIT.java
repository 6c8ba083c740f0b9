package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.Secret;
import dev.postern.api.auth.AuthenticatedUser;
import dev.postern.api.auth.AuthenticationException;
import dev.postern.api.auth.Authenticator;
import dev.postern.api.routing.Router;
import dev.postern.api.routing.RoutingException;
import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.PosternBuilder;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.TestTls;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Authenticators and routers that decide, fail and hang. Nobody gets in by a failure. */
final class PluginFailuresIT {
  private static final Router TO_SERVER = request -> Gateways.routeTo(TrustingServer.server());
  private static final Authenticator ANYONE =
      exchange -> AuthenticatedUser.named(exchange.startup().user());

  /** Lets in whoever sends this password. */
  private static final Authenticator BY_PASSWORD =
      exchange -> {
        try (Secret expected = Secret.ofPassword("open sesame".toCharArray());
            Secret sent = exchange.cleartextPassword()) {
          if (!sent.equals(expected)) {
            throw AuthenticationException.invalidPassword(exchange.startup().user(), "wrong");
          }
          return ANYONE.authenticate(exchange);
        }
      };

  @Test
  void anAuthenticatorMayAskForThePasswordOverTls() {
    try (RunningPostern postern = encrypted(BY_PASSWORD).start();
        WireClient client = WireClient.connect(postern.address())) {
      client.startTls(TestTls.client(Gateways.AUTHORITY));
      client.login("postgres", "open sesame", "postgres");
    }
  }

  @Test
  void aWrongPasswordIsRefused() {
    try (RunningPostern postern = encrypted(BY_PASSWORD).start();
        WireClient client = WireClient.connect(postern.address())) {
      client.startTls(TestTls.client(Gateways.AUTHORITY));
      client.send(FrontendPackets.startup("user", "postgres"));
      assertThat(client.expect('R').int32(0)).isEqualTo(3);
      client.send(FrontendPackets.password("close sesame"));
      client.expectFatal("28P01");
    }
  }

  @Test
  void thePasswordIsNotAskedForWithoutTls() {
    try (RunningPostern postern = plain(BY_PASSWORD, TO_SERVER).start()) {
      assertThat(refusal(postern).sqlState()).isEqualTo("28000");
    }
  }

  @Test
  void anAuthenticatorThatThrowsLetsNobodyIn() {
    Authenticator broken =
        exchange -> {
          throw new IllegalStateException("a secret detail");
        };
    try (RunningPostern postern = plain(broken, TO_SERVER).start()) {
      WireMessage error = refusal(postern);
      assertThat(error.sqlState()).isEqualTo("28000");
      assertThat(error.text()).doesNotContain("a secret detail");
      assertThat(Logs.containing("a secret detail")).isNotEmpty();
    }
  }

  @Test
  void anAuthenticatorThatReturnsNothingLetsNobodyIn() {
    @SuppressWarnings("NullAway") // what a plugin in another language or without checks may do
    Authenticator broken = exchange -> null;
    try (RunningPostern postern = plain(broken, TO_SERVER).start()) {
      assertThat(refusal(postern).severity()).isEqualTo("FATAL");
    }
  }

  @Test
  void anAuthenticatorThatHangsIsInterruptedAtTheDeadline() throws InterruptedException {
    CountDownLatch interrupted = new CountDownLatch(1);
    Authenticator hanging =
        exchange -> {
          try {
            new CountDownLatch(1).await();
          } catch (InterruptedException e) {
            interrupted.countDown();
            throw AuthenticationException.unavailable("interrupted", e);
          }
          return ANYONE.authenticate(exchange);
        };
    try (RunningPostern postern =
        plain(hanging, TO_SERVER).setting("timeouts.login", "1s").start()) {
      long start = System.nanoTime();
      assertThat(refusal(postern).severity()).isEqualTo("FATAL");
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(4));
      assertThat(interrupted.await(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void aRouterMaySayThatThereIsNoPlace() {
    Router nowhere =
        request -> {
          throw RoutingException.unknownDatabase(request.startup().database(), "no route");
        };
    try (RunningPostern postern = plain(ANYONE, nowhere).start()) {
      WireMessage error = refusal(postern);
      assertThat(error.sqlState()).isEqualTo("3D000");
      assertThat(error.text()).isEqualTo("database \"postgres\" does not exist");
    }
  }

  @Test
  void aRouterThatThrowsLetsNobodyIn() {
    Router broken =
        request -> {
          throw new IllegalStateException("a secret detail");
        };
    try (RunningPostern postern = plain(ANYONE, broken).start()) {
      WireMessage error = refusal(postern);
      assertThat(error.sqlState()).isEqualTo("XX000");
      assertThat(error.text()).doesNotContain("a secret detail");
    }
  }

  @Test
  void aFailureOfOneLoginDoesNotDisturbAnother() {
    Authenticator moody =
        exchange -> {
          if (exchange.startup().user().equals("trouble")) {
            throw new IllegalStateException("trouble");
          }
          return ANYONE.authenticate(exchange);
        };
    try (RunningPostern postern = plain(moody, TO_SERVER).start();
        WireClient good = WireClient.connect(postern.address());
        WireClient bad = WireClient.connect(postern.address())) {
      good.login("postgres", "", "postgres");
      bad.send(FrontendPackets.startup("user", "trouble"));
      bad.expectFatal("28000");
      assertThat(good.queryOne("SELECT 1")).isEqualTo("1");
    }
  }

  private static WireMessage refusal(RunningPostern postern) {
    try (WireClient client = WireClient.connect(postern.address())) {
      client.send(FrontendPackets.startup("user", "postgres", "database", "postgres"));
      WireMessage error = client.expectError();
      client.expectEnd();
      return error;
    }
  }

  private static PosternBuilder plain(Authenticator authenticator, Router router) {
    return RunningPostern.builder().authenticator(authenticator).router(router);
  }

  private static PosternBuilder encrypted(Authenticator authenticator) {
    return plain(authenticator, TO_SERVER).tls(Gateways.AUTHORITY.server("localhost"));
  }
}
