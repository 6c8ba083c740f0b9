package dev.postern.it.pooling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.api.routing.Pooling;
import dev.postern.proxy.pool.Pool;
import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What a user's connections were opened with counts no more while one of them is in use: whoever
 * uses it is told or left in peace, as the change is meant, and nobody gets it after that.
 */
final class RetiredConnectionsIT {
  private static final String ROLE = "retired_role";
  private static final String REPLACED = "replaced";

  private static PostgresServer server;

  @BeforeAll
  static void createTable() {
    server = PostgresServer.builder().start();
    server.createRole(ROLE, Pools.PASSWORD);
    server.execute("CREATE TABLE retired (id int)", "GRANT ALL ON retired TO " + ROLE);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @ParameterizedTest
  @EnumSource(names = {"SESSION", "TRANSACTION"})
  void aTransactionEndsInPeaceWhosePasswordIsReplaced(Pooling.Mode mode) {
    server.createRole(ROLE, Pools.PASSWORD);
    server.execute("TRUNCATE retired");
    try (RunningPostern postern = start(mode);
        WireClient client = Way.through(postern, ROLE).wire()) {
      client.query("BEGIN; INSERT INTO retired VALUES (1)");
      String pid = client.queryOne("SELECT pg_backend_pid()");
      server.createRole(ROLE, REPLACED);
      postern.importUser(server, ROLE);

      try (WireClient next = WireClient.connect(postern.address())) {
        next.login(ROLE, REPLACED, "postgres");
        assertThat(next.queryOne("SELECT pg_backend_pid()")).isNotEqualTo(pid);
        client.query("INSERT INTO retired VALUES (2)");
        assertThat(client.query("COMMIT").getFirst().strings(0)).containsExactly("COMMIT");
        assertThat(server.query("SELECT id FROM retired ORDER BY id")).containsExactly("1", "2");
        if (mode == Pooling.Mode.SESSION) {
          client.send(FrontendPackets.terminate());
          client.expectEnd();
        }
        awaitGone(pid);
        assertThat(next.queryOne("SELECT 'served'")).isEqualTo("served");
      }
      Pools.awaitProcesses(server, ROLE, 1);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"SESSION", "TRANSACTION"})
  void aTransactionIsRolledBackWhoseUserIsDisabled(Pooling.Mode mode) {
    expectShutOut(mode, postern -> postern.users().setEnabled(ROLE, false));
  }

  @ParameterizedTest
  @EnumSource(names = {"SESSION", "TRANSACTION"})
  void aTransactionIsRolledBackWhoseUserIsRemoved(Pooling.Mode mode) {
    expectShutOut(mode, postern -> postern.users().remove(ROLE));
  }

  private static void expectShutOut(Pooling.Mode mode, Consumer<RunningPostern> change) {
    server.createRole(ROLE, Pools.PASSWORD);
    server.execute("TRUNCATE retired");
    try (RunningPostern postern = start(mode);
        WireClient client = Way.through(postern, ROLE).wire()) {
      client.query("BEGIN; INSERT INTO retired VALUES (1)");
      String pid = client.queryOne("SELECT pg_backend_pid()");
      change.accept(postern);
      client.expectFatal("57P01");
      awaitGone(pid);
      assertThat(server.query("SELECT id FROM retired")).isEmpty();
      postern.importUser(server, ROLE);
      postern.users().setEnabled(ROLE, true);
      try (WireClient next = Way.through(postern, ROLE).wire()) {
        assertThat(next.queryOne("SELECT pg_backend_pid()")).isNotEqualTo(pid);
      }
      await()
          .untilAsserted(
              () ->
                  assertThat(postern.server().pools().all())
                      .singleElement()
                      .satisfies(RetiredConnectionsIT::expectIdle));
      Pools.awaitProcesses(server, ROLE, 1);
    }
  }

  private static void expectIdle(Pool pool) {
    assertThat(pool.isRetired()).isFalse();
    assertThat(pool.open()).isEqualTo(pool.idle());
  }

  private static void awaitGone(String pid) {
    await().until(() -> !Pools.processes(server, ROLE).contains(pid));
  }

  private static RunningPostern start(Pooling.Mode mode) {
    Pooling pooling = Pooling.TRANSACTION.with(pool -> pool.mode(mode).size(2));
    return Pools.before(server, pooling, ROLE);
  }
}
