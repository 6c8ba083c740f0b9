package dev.postern.it.pooling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.api.routing.Pooling;
import dev.postern.it.Memory;
import dev.postern.it.Sessions;
import dev.postern.proxy.session.Session;
import dev.postern.proxy.user.NewVerifier;
import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.TestVerifiers;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import java.io.UncheckedIOException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Clients that want too much, sleep, do not listen or may no longer be there, while others share
 * the connections: these are served on, and no connection is lost.
 */
final class BadClientsIT {
  private static final String ROLE = "bad_clients_role";
  private static final long MEBIBYTE = 1024 * 1024;

  private static PostgresServer server;

  @BeforeAll
  static void createRole() {
    server = PostgresServer.builder().start();
    server.createRole(ROLE, Pools.PASSWORD);
    server.execute("CREATE TABLE locked (id int)", "GRANT ALL ON locked TO " + ROLE);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void tellsAClientForWhomNoConnectionBecameFree() {
    Pooling pooling = Pools.transactions(1).with(pool -> pool.waitTimeout(Duration.ofSeconds(1)));
    try (RunningPostern postern = pool(pooling);
        WireClient holder = client(postern);
        WireClient late = client(postern);
        WireClient next = client(postern)) {
      holder.query("BEGIN");
      long start = System.nanoTime();
      late.send(FrontendPackets.query("SELECT 1"));
      List<WireMessage> errors = Pools.errorsUntilTheEnd(late);
      Duration waited = Duration.ofNanos(System.nanoTime() - start);
      assertThat(errors).hasSize(1);
      assertThat(errors.getFirst().sqlState()).isEqualTo("53300");
      assertThat(errors.getFirst().text()).contains("pool").contains("test").contains("ms");
      assertThat(waited).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(8));
      holder.query("COMMIT");
      assertThat(next.queryOne("SELECT 'served'")).isEqualTo("served");
      Pools.awaitProcesses(server, ROLE, 1);
    }
  }

  @Test
  void opensNoMoreConnectionsThanThePoolHasPlaces() {
    try (RunningPostern postern = pool(Pools.transactions(2));
        WireClient first = client(postern);
        WireClient second = client(postern);
        WireClient third = client(postern)) {
      first.query("BEGIN");
      second.query("BEGIN");
      third.send(FrontendPackets.query("SELECT 'in turn'"));
      assertThat(Pools.processes(server, ROLE)).hasSize(2);
      second.query("COMMIT");
      assertThat(Pools.value(third.receiveUntil('Z'))).isEqualTo("in turn");
      assertThat(Pools.processes(server, ROLE)).hasSize(2);
    }
  }

  @Test
  void disconnectsAClientThatSleepsInATransaction() {
    try (RunningPostern postern = pool(Pools.impatient(1, Duration.ofMillis(500)));
        WireClient sleeper = client(postern);
        WireClient next = client(postern)) {
      sleeper.query("BEGIN; LOCK TABLE locked IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(1)");
      next.send(FrontendPackets.query("SELECT count(*) FROM locked"));
      assertThat(sleeper.expectFatal("25P03").text())
          .isEqualTo("terminating connection due to idle-in-transaction timeout");
      assertThat(Pools.value(next.receiveUntil('Z'))).isEqualTo("0");
      Pools.awaitProcesses(server, ROLE, 1);
    }
  }

  /** The limit's timer must not keep the session until it is over. */
  @Test
  void remembersNothingOfAClientThatHasLeftInATransaction() {
    try (RunningPostern postern = pool(Pools.impatient(1, Duration.ofMinutes(10)))) {
      WeakReference<Session> session = leaveInATransaction(postern);
      await()
          .until(
              () -> {
                System.gc();
                return session.refersTo(null);
              });
    }
  }

  private static WeakReference<Session> leaveInATransaction(RunningPostern postern) {
    try (WireClient client = client(postern)) {
      client.query("BEGIN");
      return new WeakReference<>(postern.server().registry().sessions().iterator().next());
    }
  }

  @Test
  void freesWhatAClientHeldThatWasCutOffInATransaction() {
    try (RunningPostern postern = pool(Pools.transactions(2));
        WireClient next = client(postern)) {
      WireClient client = client(postern);
      client.query("BEGIN; LOCK TABLE locked IN ACCESS EXCLUSIVE MODE");
      client.query("SELECT pg_advisory_lock(1)");
      client.reset();
      next.query("SET lock_timeout = '8s'");
      assertThat(Pools.value(next.query("SELECT count(*) FROM locked"))).isEqualTo("0");
      assertThat(Pools.value(next.query("SELECT pg_try_advisory_lock(1)"))).isEqualTo("t");
    }
  }

  @Test
  void endsTheQueryOfAClientThatWasCutOff() {
    try (RunningPostern postern = pool(Pools.transactions(1));
        WireClient next = client(postern)) {
      WireClient client = client(postern);
      client.send(FrontendPackets.query("SELECT pg_sleep(300)"));
      Sessions.awaitWaitEvent(server, ROLE, "PgSleep");
      next.patience(Duration.ofSeconds(20));
      next.send(FrontendPackets.query("SELECT 'served'"));
      client.reset();
      assertThat(Pools.value(next.receiveUntil('Z'))).isEqualTo("served");
      Pools.awaitProcesses(server, ROLE, 1);
    }
  }

  /** What comes alone is where a large message begins; its name decides what is done with it. */
  @Test
  void looksForTheNameOfALargeStatementUntilItHasCome() {
    byte[] large = FrontendPackets.parse("", "SELECT 7 /*" + "x".repeat(17 << 20) + "*/");
    try (RunningPostern postern = pool(Pools.transactions(1));
        WireClient client = client(postern)) {
      client.query("BEGIN");
      client.send(Arrays.copyOf(large, 5));
      await()
          .pollDelay(Duration.ofMillis(50))
          .until(() -> Pools.processes(server, ROLE).size() == 1);
      client.patience(Duration.ofSeconds(20));
      client.send(Arrays.copyOfRange(large, 5, large.length));
      client.send(FrontendPackets.bind("", ""));
      client.send(FrontendPackets.execute("", 0));
      client.send(FrontendPackets.sync());
      assertThat(Pools.value(client.receiveUntil('Z'))).isEqualTo("7");
    }
  }

  @Test
  void holdsLittleOfAClientThatSendsForEverAndNeverReads() throws InterruptedException {
    try (RunningPostern postern = pool(Pools.transactions(2));
        WireClient other = client(postern)) {
      WireClient deaf = client(postern);
      long before = Memory.used();
      Thread sender =
          Thread.ofVirtual()
              .start(
                  () -> {
                    byte[] query =
                        FrontendPackets.query(
                            "SELECT repeat('x', 100000) /* %s */".formatted("y".repeat(100_000)));
                    try {
                      for (int i = 0; i < 100_000; i++) {
                        deaf.send(query);
                      }
                    } catch (UncheckedIOException e) {
                      Thread.currentThread().interrupt(); // Closed by the test.
                    }
                  });
      Sessions.awaitWaitEvent(server, ROLE, "ClientWrite");
      Pools.expectServed(other, 100);
      assertThat(Memory.used() - before).isLessThan(64 * MEBIBYTE);
      deaf.reset();
      sender.join(10_000);
      await().until(() -> postern.server().registry().sessions().size() == 1);
      Pools.awaitProcesses(server, ROLE, 2);
      assertThat(other.queryOne("SELECT 'served'")).isEqualTo("served");
    }
  }

  @Test
  void passesOnAStormOfNoticesAndServesOthers() {
    String storm =
        "DO $$ BEGIN FOR i IN 1..50000 LOOP RAISE NOTICE '%', repeat('n', 500); END LOOP; END $$";
    try (RunningPostern postern = pool(Pools.transactions(3));
        WireClient heard = client(postern);
        WireClient unheard = client(postern);
        WireClient other = client(postern)) {
      long before = Memory.used();
      unheard.send(FrontendPackets.query(storm), FrontendPackets.query(storm));
      heard.send(FrontendPackets.query(storm));
      assertThat(other.queryOne("SELECT 'served'")).isEqualTo("served");
      int notices = 0;
      while (heard.receive().type() == 'N') {
        notices++;
      }
      assertThat(notices).isEqualTo(50_000);
      heard.expect('Z');
      assertThat(Memory.used() - before).isLessThan(64 * MEBIBYTE);
      unheard.reset();
      assertThat(other.queryOne("SELECT 'served'")).isEqualTo("served");
    }
  }

  @Test
  void refusesAMessageOfNoKnownTypeAndKeepsTheConnectionForOthers() {
    try (RunningPostern postern = pool(Pools.transactions(1));
        WireClient odd = client(postern);
        WireClient other = client(postern)) {
      String pid = other.queryOne("SELECT pg_backend_pid()");
      odd.send(FrontendPackets.message('z'));
      assertThat(odd.expectFatal("08P01").text()).contains("invalid frontend message type 122");
      assertThat(other.queryOne("SELECT pg_backend_pid()")).isEqualTo(pid);
    }
  }

  @Test
  void keepsNoMorePreparedStatementsOnAConnectionThanItMay() {
    try (RunningPostern postern = pool(Pools.transactions(1));
        WireClient client = client(postern)) {
      for (int i = 0; i < 500; i++) {
        client.send(
            FrontendPackets.parse("s" + i, "SELECT %d + $1::int".formatted(i)),
            FrontendPackets.sync());
        client.receiveUntil('Z');
      }
      assertThat(Integer.parseInt(client.queryOne("SELECT count(*) FROM pg_prepared_statements")))
          .isLessThanOrEqualTo(Pooling.TRANSACTION.preparedStatements());
    }
  }

  @Test
  void handsOnNoConnectionOfAUserThatWasDisabled() {
    try (RunningPostern postern = pool(Pools.transactions(2))) {
      try (WireClient client = client(postern)) {
        client.query("SELECT 1");
      }
      assertThat(Pools.processes(server, ROLE)).hasSize(1);
      postern.users().setEnabled(ROLE, false);
      Pools.awaitProcesses(server, ROLE, 0);
      postern.users().setEnabled(ROLE, true);
      try (WireClient client = client(postern)) {
        assertThat(client.queryOne("SELECT 'served'")).isEqualTo("served");
      }
    }
  }

  @Test
  void handsOnNoConnectionThatWasOpenedWithAReplacedPassword() {
    String role = "rotated_role";
    server.createRole(role, Pools.PASSWORD);
    try (RunningPostern postern = pool(Pools.transactions(2))) {
      postern.importUser(server, role);
      String old;
      try (WireClient client = Way.through(postern, role).wire()) {
        old = client.queryOne("SELECT pg_backend_pid()");
      }
      server.createRole(role, "replaced");
      postern.importUser(server, role);
      await().until(() -> !Pools.processes(server, role).contains(old));
      try (WireClient client = WireClient.connect(postern.address())) {
        client.login(role, "replaced", "postgres");
        assertThat(client.queryOne("SELECT 'served'")).isEqualTo("served");
      }
      Pools.awaitProcesses(server, role, 1);
    }
  }

  @Test
  void servesOnByOldConnectionsWhenThePasswordChangesAtTheServer() {
    String role = "changed_role";
    server.createRole(role, Pools.PASSWORD);
    try (RunningPostern postern = pool(Pools.transactions(1))) {
      postern.importUser(server, role);
      try (WireClient client = Way.through(postern, role).wire();
          WireClient unlucky = Way.through(postern, role).wire()) {
        String pid = client.queryOne("SELECT pg_backend_pid()");
        server.createRole(role, "changed");
        assertThat(client.queryOne("SELECT 'served'")).isEqualTo("served");
        server.execute("SELECT pg_terminate_backend(" + pid + ")");
        Pools.awaitProcesses(server, role, 0);
        unlucky.send(FrontendPackets.query("SELECT 1"));
        assertThat(Pools.errorsUntilTheEnd(unlucky))
            .singleElement()
            .satisfies(error -> assertThat(error.sqlState()).startsWith("28"));
      }
      postern.users().setPassword(role, NewVerifier.of(TestVerifiers.of("changed")));
      postern.importUser(server, role);
      try (WireClient client = WireClient.connect(postern.address())) {
        client.login(role, "changed", "postgres");
        assertThat(client.queryOne("SELECT 'served'")).isEqualTo("served");
      }
    }
  }

  private static RunningPostern pool(Pooling pooling) {
    return Pools.before(server, pooling, ROLE);
  }

  private static WireClient client(RunningPostern postern) {
    return Way.through(postern, ROLE).wire();
  }
}
