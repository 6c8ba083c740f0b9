package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.proxy.user.NewVerifier;
import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.TestVerifiers;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What a user of the store may do. The server trusts Postern, so that only Postern's own rules
 * speak.
 */
final class UserRulesIT {
  private static RunningPostern postern;

  @BeforeAll
  static void start() {
    postern = TrustingServer.postern();
  }

  @AfterAll
  static void stop() {
    postern.close();
  }

  @Test
  void refusesADatabaseOutsideOfTheUsersList() {
    TrustingServer.role("rules_listed");
    Users.addForDatabases(postern, "rules_listed", "postgres");
    letsIn("rules_listed", Gateways.PASSWORD);
    try (WireClient client = WireClient.connect(postern.address())) {
      client.send(FrontendPackets.startup("user", "rules_listed", "database", "template1"));
      WireMessage error = Logins.refusal(client, "rules_listed");
      assertThat(error.sqlState()).isEqualTo("42501");
      assertThat(error.text()).isEqualTo("permission denied for database \"template1\"");
    }
  }

  @Test
  void holdsNoMoreSessionsThanTheUserMayHave() {
    TrustingServer.role("rules_one_session");
    Users.addWithSessions(postern, "rules_one_session", 1);
    try (WireClient first = WireClient.connect(postern.address())) {
      first.login("rules_one_session", Gateways.PASSWORD, "postgres");
      assertThat(refusal("rules_one_session", Gateways.PASSWORD).sqlState()).isEqualTo("53300");
    }
  }

  @Test
  void takesTheOldPasswordBesideTheNewOneWhileTheyOverlap() {
    TrustingServer.role("rules_rotating");
    Users.add(postern, "rules_rotating");
    NewVerifier changed = new NewVerifier(TestVerifiers.of("new"), null, null, Duration.ofHours(1));
    postern.users().setPassword("rules_rotating", changed);
    letsIn("rules_rotating", "new");
    letsIn("rules_rotating", Gateways.PASSWORD);
    assertThat(refusal("rules_rotating", "neither").sqlState()).isEqualTo("28P01");
  }

  @Test
  void takesOnlyTheNewPasswordFromTheMomentInWhichItIsSet() {
    TrustingServer.role("rules_changing");
    Users.add(postern, "rules_changing");
    letsIn("rules_changing", Gateways.PASSWORD);
    postern.users().setPassword("rules_changing", NewVerifier.of(TestVerifiers.of("changed")));
    letsIn("rules_changing", "changed");
    assertThat(refusal("rules_changing", Gateways.PASSWORD).sqlState()).isEqualTo("28P01");
  }

  @Test
  void refusesAUserFromTheMomentInWhichItIsDisabledUntilItIsEnabled() {
    TrustingServer.role("rules_leaving");
    Users.add(postern, "rules_leaving");
    letsIn("rules_leaving", Gateways.PASSWORD);
    postern.users().setEnabled("rules_leaving", false);
    assertThat(refusal("rules_leaving", Gateways.PASSWORD).sqlState()).isEqualTo("28P01");
    postern.users().setEnabled("rules_leaving", true);
    letsIn("rules_leaving", Gateways.PASSWORD);
  }

  @Test
  void refusesAUserFromTheMomentInWhichItIsRemoved() {
    TrustingServer.role("rules_removed");
    Users.add(postern, "rules_removed");
    letsIn("rules_removed", Gateways.PASSWORD);
    postern.users().remove("rules_removed");
    assertThat(refusal("rules_removed", Gateways.PASSWORD).sqlState()).isEqualTo("28P01");
  }

  @Test
  void refusesALoginWhoseUserIsDisabledBeforeItsSessionBegins() throws Exception {
    try (HeldLogin login = new HeldLogin("rules_disabled_late")) {
      login.postern.users().setEnabled("rules_disabled_late", false);
      assertThat(login.outcome().sqlState()).isEqualTo("28P01");
    }
  }

  @Test
  void refusesALoginWhosePasswordIsReplacedBeforeItsSessionBegins() throws Exception {
    try (HeldLogin login = new HeldLogin("rules_replaced_late")) {
      NewVerifier changed = NewVerifier.of(TestVerifiers.of("changed"));
      login.postern.users().setPassword("rules_replaced_late", changed);
      assertThat(login.outcome().sqlState()).isEqualTo("28P01");
    }
  }

  @Test
  void letsALoginInWhosePasswordCountsOnBesideANewOne() throws Exception {
    try (HeldLogin login = new HeldLogin("rules_rotated_late")) {
      NewVerifier changed =
          new NewVerifier(TestVerifiers.of("changed"), null, null, Duration.ofHours(1));
      login.postern.users().setPassword("rules_rotated_late", changed);
      assertThat(login.outcome().type()).isEqualTo('R');
      assertThat(login.client.greeting().processId()).isPositive();
    }
  }

  /** A login that has proved its password, and waits to be routed. */
  private static final class HeldLogin implements AutoCloseable {
    final RunningPostern postern;
    private final CountDownLatch goOn = new CountDownLatch(1);
    private final WireClient client;
    private final CompletableFuture<WireMessage> outcome;

    HeldLogin(String user) throws InterruptedException {
      CountDownLatch proved = new CountDownLatch(1);
      postern =
          Gateways.withRouter(
                  request -> {
                    proved.countDown();
                    try {
                      goOn.await();
                    } catch (InterruptedException e) {
                      throw new IllegalStateException(e);
                    }
                    return Gateways.routeTo(TrustingServer.server());
                  })
              .start();
      TrustingServer.role(user);
      Users.add(postern, user);
      client = WireClient.connect(postern.address());
      client.send(FrontendPackets.startup("user", user, "database", "postgres"));
      outcome =
          CompletableFuture.supplyAsync(
              () -> {
                Logins.scram(client, Gateways.PASSWORD);
                client.expect('R'); // AuthenticationSASLFinal
                return client.receive();
              });
      proved.await();
    }

    WireMessage outcome() throws Exception {
      goOn.countDown();
      return outcome.get(10, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
      goOn.countDown();
      client.close();
      postern.close();
    }
  }

  @Test
  void refusesAnEmptyPassword() {
    TrustingServer.role("rules_empty");
    Users.add(postern, "rules_empty");
    assertThat(
            Psql.through(postern, "rules_empty")
                .environment("PGPASSWORD", "")
                .with("-w", "-c", "SELECT 1")
                .run()
                .exitCode())
        .isNotZero();
  }

  private static void letsIn(String user, String password) {
    try (WireClient client = WireClient.connect(postern.address())) {
      client.login(user, password, "postgres");
    }
  }

  private static WireMessage refusal(String user, String password) {
    try (WireClient client = WireClient.connect(postern.address())) {
      client.send(FrontendPackets.startup("user", user, "database", "postgres"));
      return Logins.refusal(client, user, password);
    }
  }
}
