package dev.postern.plugins.ldap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.ResultCode;
import dev.postern.api.FailureKind;
import dev.postern.api.SqlState;
import dev.postern.api.auth.AuthenticationException;
import dev.postern.api.auth.Authenticator;
import dev.postern.testkit.spi.FakePluginContext;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers that fail, are slow or full, and the connections to them. */
final class DirectoryTest {
  @TempDir Path home;

  @BeforeEach
  void writeTrust() {
    TestDirectory.AUTHORITY.writeChain(home.resolve("ca.crt"));
  }

  @Test
  void anotherServerAnswersForOneThatIsAway() throws Exception {
    TestDirectory away = TestDirectory.start();
    URI address = away.tls();
    away.close();
    try (TestDirectory directory = TestDirectory.start();
        Authenticator authenticator = bySearch("", address, directory.tls())) {
      assertLetsIn(authenticator);
      assertLetsIn(authenticator);
    }
  }

  @Test
  void anotherServerAnswersForOneThatGoesAway() throws Exception {
    try (TestDirectory first = TestDirectory.start();
        TestDirectory second = TestDirectory.start();
        Authenticator authenticator = bySearch("", first.tls(), second.tls())) {
      assertLetsIn(authenticator);
      assertThat(second.binds).isEmpty();
      first.close();

      assertLetsIn(authenticator);
      assertThat(second.binds).isNotEmpty();
    }
  }

  @Test
  void anotherServerAnswersForOneThatIsSilent() throws Exception {
    try (ScriptedServer silent = ScriptedServer.silent();
        TestDirectory directory = TestDirectory.start();
        Authenticator authenticator =
            bySearch(
                "timeouts: {connect: 300ms, operation: 300ms}", silent.uri(), directory.tls())) {
      assertLetsIn(authenticator);
      int tries = silent.connections.get();

      assertLetsIn(authenticator);
      assertThat(silent.connections).as("not asked again at once").hasValue(tries);
    }
  }

  @Test
  void anotherServerAnswersForOneThatTalksNonsense() throws Exception {
    try (ScriptedServer nonsense = ScriptedServer.talkingNonsense();
        TestDirectory directory = TestDirectory.start();
        Authenticator authenticator = bySearch("", nonsense.uri(), directory.tls())) {
      assertLetsIn(authenticator);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {51, 52, 80})
  void anotherServerAnswersForOneThatIsBusy(int code) throws Exception {
    try (TestDirectory busy = TestDirectory.start();
        TestDirectory directory = TestDirectory.start();
        Authenticator authenticator = byPattern("", busy.tls(), directory.tls())) {
      busy.beforeBind =
          bind -> {
            throw new TestDirectory.Refusal(new LDAPException(ResultCode.valueOf(code), "busy"));
          };
      assertLetsIn(authenticator);
    }
  }

  @Test
  void aRefusalOfOneServerIsNotAskedOfAnother() throws Exception {
    try (TestDirectory first = TestDirectory.start();
        TestDirectory second = TestDirectory.start();
        Authenticator authenticator = byPattern("", first.tls(), second.tls())) {
      Setup.refused(authenticator, "alice", "wrong");

      assertThat(second.binds).isEmpty();
    }
  }

  @Test
  void withoutAServerNobodyGetsInAndTheOperatorLearnsOfEach() throws Exception {
    TestDirectory away = TestDirectory.start();
    URI address = away.tls();
    away.close();
    try (ScriptedServer silent = ScriptedServer.silent();
        Authenticator authenticator =
            byPattern(
                "timeouts: {connect: 200ms, operation: 200ms, login: 2s}", address, silent.uri())) {
      AuthenticationException refusal =
          Setup.refused(authenticator, "alice", TestDirectory.PASSWORD);

      assertThat(refusal.kind()).isEqualTo(FailureKind.PLUGIN);
      assertThat(refusal.sqlState()).isEqualTo(SqlState.INVALID_AUTHORIZATION);
      assertThat(refusal)
          .hasMessageContaining(address.toString())
          .hasMessageContaining(silent.uri().toString());
      assertThat(refusal.clientMessage()).doesNotContain("localhost");
    }
  }

  @Test
  void aServerThatComesBackServesAtOnceIfItIsTheOnlyOne() throws Exception {
    try (TestDirectory directory = TestDirectory.start();
        Authenticator authenticator = byPattern("", directory.tls())) {
      int port = directory.tls().getPort();
      directory.server().shutDown(true);
      Setup.refused(authenticator, "alice", TestDirectory.PASSWORD);
      Setup.refused(authenticator, "alice", TestDirectory.PASSWORD);
      directory.server().startListening("tls");

      assertThat(directory.tls().getPort()).isEqualTo(port);
      assertLetsIn(authenticator);
    }
  }

  @Test
  void connectionsServeOneLoginAfterTheOther() throws Exception {
    try (TestDirectory directory = TestDirectory.start();
        Authenticator authenticator = bySearch("", directory.plain())) {
      for (int i = 0; i < 5; i++) {
        assertLetsIn(authenticator);
        Setup.refused(authenticator, "alice", "wrong");
      }
      assertThat(directory.openConnections()).isEqualTo(2);
      assertThat(directory.binds).filteredOn(TestDirectory.ACCOUNT::equals).hasSize(1);
    }
  }

  @Test
  void connectionsThatTheServerHasClosedAreOpenedAnew() throws Exception {
    try (TestDirectory directory = TestDirectory.start();
        Authenticator authenticator = bySearch("", directory.tls())) {
      assertLetsIn(authenticator);
      directory.dropConnections();

      assertLetsIn(authenticator);
    }
  }

  @Test
  void noMoreConnectionsAreKeptThanConfigured() throws Exception {
    try (TestDirectory directory = TestDirectory.start();
        Authenticator authenticator =
            byPattern("limits: {idle-connections: 1}", directory.plain());
        ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<String>> logins = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        logins.add(() -> Setup.logIn(authenticator, "alice", TestDirectory.PASSWORD).name());
      }
      for (Future<String> login : clients.invokeAll(logins)) {
        assertThat(login.get()).isEqualTo("alice");
      }
      await().untilAsserted(() -> assertThat(directory.openConnections()).isLessThanOrEqualTo(1));
    }
  }

  @Test
  void connectionsThatNobodyUsesAreClosedInTime() throws Exception {
    try (TestDirectory directory = TestDirectory.start();
        FakePluginContext context = FakePluginContext.named("directory")) {
      LdapConfig config =
          Setup.config(
              home,
              """
              servers: [%s]
              tls: {trust: ca.crt}
              user-dn: "uid={user},ou=people,dc=example,dc=com"
              limits: {idle-timeout: 1ms}
              """
                  .formatted(directory.plain()));
      try (Authenticator authenticator = new LdapAuthenticatorFactory().create(config, context)) {
        assertLetsIn(authenticator);
        await()
            .untilAsserted(
                () -> {
                  context.pass(Duration.ofSeconds(10));
                  assertThat(directory.openConnections()).isZero();
                });
      }
    }
  }

  @Test
  void closingTheAuthenticatorClosesItsConnections() throws Exception {
    try (TestDirectory directory = TestDirectory.start()) {
      try (Authenticator authenticator = bySearch("", directory.plain())) {
        assertLetsIn(authenticator);
      }
      await().untilAsserted(() -> assertThat(directory.openConnections()).isZero());
    }
  }

  @Test
  void noMoreLoginsThanConfiguredAreAtTheDirectoryAtOnce() throws Exception {
    AtomicInteger now = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    try (TestDirectory directory = TestDirectory.start();
        Authenticator authenticator = byPattern("limits: {concurrent-logins: 2}", directory.tls());
        ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      directory.beforeBind =
          bind -> {
            most.accumulateAndGet(now.incrementAndGet(), Math::max);
            LockSupport.parkNanos(Duration.ofMillis(30).toNanos());
            now.decrementAndGet();
          };
      List<Callable<String>> logins = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        logins.add(() -> Setup.logIn(authenticator, "alice", TestDirectory.PASSWORD).name());
      }
      for (Future<String> login : clients.invokeAll(logins)) {
        assertThat(login.get()).isEqualTo("alice");
      }
    }
    assertThat(most).hasValueLessThanOrEqualTo(2);
  }

  @Test
  void aLoginThatHasNoTurnWithinItsTimeIsRefusedAsOverload() throws Exception {
    CountDownLatch atDirectory = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    try (TestDirectory directory = TestDirectory.start();
        Authenticator authenticator =
            byPattern(
                "limits: {concurrent-logins: 1}\ntimeouts: {login: 2s, operation: 10s}",
                directory.tls());
        ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      directory.beforeBind =
          bind -> {
            atDirectory.countDown();
            awaitQuietly(release);
          };
      Future<AuthenticationException> first =
          clients.submit(() -> Setup.refused(authenticator, "alice", TestDirectory.PASSWORD));
      atDirectory.await();
      AuthenticationException second =
          Setup.refused(authenticator, "alice", TestDirectory.PASSWORD);
      release.countDown();

      // The first one's time is over first, and the second has its turn then, or not any more.
      assertThat(List.of(FailureKind.OVERLOAD, FailureKind.PLUGIN)).contains(second.kind());
      assertThat(first.get().kind()).isEqualTo(FailureKind.PLUGIN);
    }
  }

  @Test
  void oneTimeLimitCoversAllServersTogether() throws Exception {
    try (ScriptedServer one = ScriptedServer.silent();
        ScriptedServer two = ScriptedServer.silent();
        ScriptedServer three = ScriptedServer.silent();
        Authenticator authenticator =
            byPattern(
                "timeouts: {connect: 5s, operation: 5s, login: 1s}",
                one.uri(),
                two.uri(),
                three.uri())) {
      long start = System.nanoTime();
      Setup.refused(authenticator, "alice", TestDirectory.PASSWORD);

      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(4));
      assertThat(three.connections).hasValue(0);
    }
  }

  @Test
  void aHandshakeThatNeverEndsIsBounded() throws Exception {
    try (ScriptedServer silent = ScriptedServer.silent();
        Authenticator authenticator =
            byPattern(
                "timeouts: {connect: 300ms}",
                URI.create("ldaps" + silent.uri().toString().substring(4)))) {
      long start = System.nanoTime();
      Setup.refused(authenticator, "alice", TestDirectory.PASSWORD);

      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(4));
    }
  }

  @Test
  void anInterruptionEndsTheWait() throws Exception {
    try (ScriptedServer silent = ScriptedServer.silent();
        TestDirectory directory = TestDirectory.start();
        Authenticator authenticator = byPattern("", silent.uri(), directory.tls())) {
      AtomicInteger refusals = new AtomicInteger();
      Thread login =
          Thread.ofVirtual()
              .start(
                  () -> {
                    Setup.refused(authenticator, "alice", TestDirectory.PASSWORD);
                    refusals.incrementAndGet();
                  });
      await().untilAsserted(() -> assertThat(silent.received()).isNotEmpty());
      login.interrupt();

      assertThat(login.join(Duration.ofSeconds(4))).isTrue();
      assertThat(refusals).hasValue(1);
      assertThat(directory.binds).as("asked for nobody").isEmpty();
    }
  }

  @Test
  void refusalsTakeTheSameTimeWhateverTheReason() throws Exception {
    try (TestDirectory directory = TestDirectory.start();
        Authenticator authenticator = bySearch("refuse-after: 700ms", directory.tls())) {
      for (String user : List.of("alice", "nobody", "bob")) {
        long start = System.nanoTime();
        Setup.refused(authenticator, user, "wrong");
        assertThat(Duration.ofNanos(System.nanoTime() - start))
            .isGreaterThanOrEqualTo(Duration.ofMillis(700));
      }
    }
  }

  @Test
  void aRefusedLoginDoesNotKeepAPlaceWhileItWaitsForItsAnswer() throws Exception {
    try (TestDirectory directory = TestDirectory.start();
        Authenticator authenticator =
            bySearch("refuse-after: 10s\nlimits: {concurrent-logins: 1}", directory.tls())) {
      Thread waiting =
          Thread.ofVirtual().start(() -> Setup.refused(authenticator, "alice", "wrong"));
      await().untilAsserted(() -> assertThat(directory.binds).contains(TestDirectory.ALICE));

      assertLetsIn(authenticator);
      assertThat(waiting.isAlive()).isTrue();
      waiting.interrupt();
      waiting.join();
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void assertLetsIn(Authenticator authenticator) throws Exception {
    assertThat(Setup.logIn(authenticator, "alice", TestDirectory.PASSWORD).name())
        .isEqualTo("alice");
  }

  private Authenticator byPattern(String more, URI... servers) throws Exception {
    return make(
        "user-dn: \"uid={user},ou=people,dc=example,dc=com\"\nname: client\n" + more, servers);
  }

  private Authenticator bySearch(String more, URI... servers) throws Exception {
    return make(
        """
        account: {dn: "cn=postern,dc=example,dc=com", password: {env: ACCOUNT_PASSWORD}}
        search: {base: "ou=people,dc=example,dc=com", filter: "(uid={user})"}
        """
            + more,
        servers);
  }

  private Authenticator make(String more, URI... servers) throws Exception {
    String refusal = more.contains("refuse-after") ? "" : "\nrefuse-after: 0s";
    return Setup.authenticator(
        home,
        "servers: %s\ntls: {trust: ca.crt}\n%s%s\n".formatted(List.of(servers), more, refusal));
  }
}
