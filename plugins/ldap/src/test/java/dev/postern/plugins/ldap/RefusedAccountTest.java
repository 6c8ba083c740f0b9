package dev.postern.plugins.ldap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.unboundid.ldap.sdk.LDAPConnection;
import com.unboundid.ldap.sdk.LDAPException;
import dev.postern.api.FailureKind;
import dev.postern.api.auth.AuthenticationException;
import dev.postern.api.auth.Authenticator;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An account that a directory refuses is left alone, so that it is not locked. */
@Timeout(60)
final class RefusedAccountTest {
  @TempDir Path home;

  private final TestDirectory directory = TestDirectory.start();

  @Test
  void itIsNotTriedAgainAndAgain() throws Exception {
    try (directory;
        Authenticator authenticator = bySearch()) {
      setAccountPassword("another");
      for (int i = 0; i < 5; i++) {
        assertUnavailable(authenticator);
      }
      assertThat(directory.binds).containsExactly(TestDirectory.ACCOUNT);
    }
  }

  @Test
  void itIsTriedOnceHoweverManyLogInAtOnce() throws Exception {
    try (directory;
        Authenticator authenticator = bySearch();
        ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      setAccountPassword("another");
      // Long enough for all of them to be there before the first one is answered.
      directory.beforeBind = bind -> LockSupport.parkNanos(Duration.ofMillis(300).toNanos());
      List<Callable<AuthenticationException>> logins = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        logins.add(() -> Setup.refused(authenticator, "alice", TestDirectory.PASSWORD));
      }
      for (Future<AuthenticationException> login : clients.invokeAll(logins)) {
        assertThat(login.get().kind()).isEqualTo(FailureKind.PLUGIN);
      }
      assertThat(directory.binds).containsExactly(TestDirectory.ACCOUNT);
    }
  }

  @Test
  void aLoginThatIsServedOverAnOlderConnectionDoesNotMakeItTriedAgain() throws Exception {
    CountDownLatch searching = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    try (directory;
        Authenticator authenticator = bySearch();
        ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      assertThat(logIn(authenticator)).isEqualTo("alice");
      directory.beforeSearch =
          () -> {
            searching.countDown();
            awaitQuietly(goOn);
          };
      Future<String> older = clients.submit(() -> logIn(authenticator));
      searching.await();
      setAccountPassword("another");
      directory.binds.clear();
      assertUnavailable(authenticator);
      goOn.countDown();
      assertThat(older.get()).isEqualTo("alice");

      assertUnavailable(authenticator);
      assertThat(directory.binds).containsOnlyOnce(TestDirectory.ACCOUNT);
    }
  }

  @Test
  void itIsLeftAloneForTwiceAsLongEachTimeUntilItIsTaken() throws Exception {
    AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1); // such a clock may begin anywhere
    try (directory) {
      setAccountPassword("another");
      AccountLogin login = login(now);
      for (int seconds : new int[] {30, 60, 120, 240, 480, 600, 600}) {
        assertThat(login.rests()).isFalse();
        assertRefused(login);
        assertRefused(login);
        now.addAndGet(Duration.ofSeconds(seconds).toNanos() - 1);
        assertThat(login.rests()).isTrue();
        now.incrementAndGet();
      }
      assertThat(directory.binds).hasSize(7);

      setAccountPassword(TestDirectory.ACCOUNT_PASSWORD);
      logIn(login);
      setAccountPassword("another");
      assertRefused(login);
      now.addAndGet(Duration.ofSeconds(30).toNanos());
      assertThat(login.rests()).isFalse();
    }
  }

  @Test
  void whoWaitsForItsTurnDoesNotWaitForEver() throws Exception {
    CountDownLatch binding = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    AccountLogin login = login(new AtomicLong());
    try (directory;
        ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      directory.beforeBind =
          bind -> {
            binding.countDown();
            awaitQuietly(goOn);
          };
      Future<?> first =
          clients.submit(
              () -> {
                logIn(login);
                return null;
              });
      binding.await();
      try (LDAPConnection connection = connection()) {
        assertThatThrownBy(() -> login.of(link(connection), 1))
            .isInstanceOf(LDAPException.class)
            .hasMessage("no answer to the account's name and password");
      }
      goOn.countDown();
      first.get();
    }
  }

  private AccountLogin login(AtomicLong now) throws Exception {
    LdapConfig config = Setup.config(home, yaml());
    return new AccountLogin(
        Objects.requireNonNull(config.account()),
        ServerAddress.of(directory.plain(), config.tls()),
        "directory",
        now::get);
  }

  private LDAPConnection connection() throws LDAPException {
    return new LDAPConnection("localhost", directory.plain().getPort());
  }

  private static Link link(LDAPConnection connection) {
    Duration time = Duration.ofSeconds(20);
    return new Link(connection, new Socket(), time, Deadline.in(time));
  }

  private void logIn(AccountLogin login) throws LDAPException {
    try (LDAPConnection connection = connection()) {
      login.of(link(connection), 1000);
    }
  }

  private void assertRefused(AccountLogin login) {
    assertThatThrownBy(() -> logIn(login)).isInstanceOf(AccountRefusedException.class);
  }

  private static String logIn(Authenticator authenticator) throws AuthenticationException {
    return Setup.logIn(authenticator, "alice", TestDirectory.PASSWORD).name();
  }

  private static void assertUnavailable(Authenticator authenticator) {
    assertThat(Setup.refused(authenticator, "alice", TestDirectory.PASSWORD).kind())
        .isEqualTo(FailureKind.PLUGIN);
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void setAccountPassword(String password) {
    directory.modify(
        "dn: " + TestDirectory.ACCOUNT,
        "changetype: modify",
        "replace: userPassword",
        "userPassword: " + password);
  }

  private String yaml() {
    TestDirectory.AUTHORITY.writeChain(home.resolve("ca.crt"));
    return """
    servers: [%s]
    tls: {trust: ca.crt}
    account: {dn: "cn=postern,dc=example,dc=com", password: {env: ACCOUNT_PASSWORD}}
    search: {base: "ou=people,dc=example,dc=com", filter: "(uid={user})"}
    refuse-after: 0s
    """
        .formatted(directory.plain());
  }

  private Authenticator bySearch() throws Exception {
    return Setup.authenticator(home, yaml());
  }
}
