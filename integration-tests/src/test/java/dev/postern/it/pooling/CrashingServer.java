package dev.postern.it.pooling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.it.Sessions;
import dev.postern.testkit.PostgresServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;

/**
 * A server that loses the process of a session now and then, and with it, as PostgreSQL does, all
 * of its sessions. One role uses it.
 */
final class CrashingServer implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private final PostgresServer server = PostgresServer.builder().start();
  private final String role;

  /** With the role, and what these statements make; the caller closes it. */
  CrashingServer(String role, String... statements) {
    this.role = role;
    server.createRole(role, Pools.PASSWORD);
    server.execute(statements);
    server.execute("CHECKPOINT"); // which a crash would take all of it along without
  }

  PostgresServer server() {
    return server;
  }

  @Override
  public void close() {
    server.close();
  }

  /** Kills a process, and waits until the server, which ends all others too, is there again. */
  void crash(String pid) {
    String before = checkpointers().getFirst();
    server.killBackend(Long.parseLong(pid));
    awaitRecovery(before);
  }

  /** Does the same to a process that is in the middle of its login because of the action. */
  void crashInALogin(Runnable login) {
    String before = checkpointers().getFirst();
    try (Connection holder = server.superuser();
        Statement statement = holder.createStatement()) {
      holder.setAutoCommit(false);
      statement.execute("LOCK TABLE pg_authid IN ACCESS EXCLUSIVE MODE");
      login.run();
      String[] pid = new String[1];
      await()
          .atMost(LIMIT)
          .until(
              () -> {
                try (ResultSet rows =
                    statement.executeQuery("SELECT pid FROM pg_locks WHERE NOT granted")) {
                  return rows.next() && (pid[0] = rows.getString(1)) != null;
                }
              });
      server.killBackend(Long.parseLong(pid[0]));
      awaitRecovery(before);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** And to one that cannot get on because a table of its own is locked from outside. */
  void crashInTheCleaning(String temporaryTable, Runnable end) {
    String table =
        server.queryOne(
            "SELECT oid::regclass FROM pg_class WHERE relname = "
                + PostgresServer.literal(temporaryTable));
    try (Connection holder = server.superuser();
        Statement statement = holder.createStatement()) {
      holder.setAutoCommit(false);
      statement.execute("LOCK TABLE " + table + " IN ACCESS SHARE MODE");
      end.run();
      Sessions.awaitWaitEvent(server, role, "relation");
      String pid = only();
      assertThat(server.queryOne("SELECT query FROM pg_stat_activity WHERE pid = " + pid))
          .isEqualTo("DISCARD ALL");
      crash(pid);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The only process that serves the role, which sleeps in a query. */
  String sleeping() {
    Sessions.awaitWaitEvent(server, role, "PgSleep");
    return only();
  }

  /** The only process that serves the role. */
  String only() {
    List<String> all = Pools.processes(server, role);
    assertThat(all).hasSize(1);
    return all.getFirst();
  }

  /** The server starts all of its processes anew. */
  private void awaitRecovery(String checkpointer) {
    await()
        .atMost(LIMIT)
        .ignoreExceptions()
        .until(
            () -> {
              List<String> now = checkpointers();
              return now.size() == 1 && !now.contains(checkpointer);
            });
  }

  private List<String> checkpointers() {
    return server
        .query("SELECT pid::text FROM pg_stat_activity WHERE backend_type = 'checkpointer'")
        .stream()
        .map(String::valueOf)
        .toList();
  }
}
