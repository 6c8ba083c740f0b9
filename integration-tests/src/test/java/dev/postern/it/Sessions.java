package dev.postern.it;

import static org.awaitility.Awaitility.await;

import dev.postern.testkit.PostgresServer;
import java.time.Duration;

/** What a server knows of its sessions. */
public final class Sessions {
  private Sessions() {}

  /** What a server says of a connection that waits in a pool for the next session. */
  private static final String IN_USE = "NOT (state = 'idle' AND query = 'DISCARD ALL')";

  /** Waits until a backend process has ended, or has been cleaned for the next session. */
  static void awaitFree(PostgresServer server, String pid) {
    await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> count(server, "pid = " + pid + " AND " + IN_USE) == 0);
  }

  /** How many sessions a role has; connections that wait in a pool do not count. */
  static int of(PostgresServer server, String role) {
    return count(server, IN_USE + " AND usename = " + PostgresServer.literal(role));
  }

  /** How many sessions of a role run a statement, or have a transaction open. */
  static int busy(PostgresServer server, String role) {
    return count(server, "state <> 'idle' AND usename = " + PostgresServer.literal(role));
  }

  /** How many sessions of a role run a statement. */
  static int active(PostgresServer server, String role) {
    return count(server, "state = 'active' AND usename = " + PostgresServer.literal(role));
  }

  /**
   * Waits until a process that serves a role waits for something.
   *
   * @param event as {@code pg_stat_activity} names it
   */
  public static void awaitWaitEvent(PostgresServer server, String role, String event) {
    awaitWait(server, "usename = " + PostgresServer.literal(role), event);
  }

  /** Waits until one process waits for something. */
  static void awaitWaitEventOf(PostgresServer server, String pid, String event) {
    awaitWait(server, "pid = " + pid, event);
  }

  private static void awaitWait(PostgresServer server, String whose, String event) {
    String condition = whose + " AND wait_event = " + PostgresServer.literal(event);
    await().atMost(Duration.ofSeconds(20)).until(() -> count(server, condition) > 0);
  }

  private static int count(PostgresServer server, String condition) {
    return Integer.parseInt(
        server.queryOne("SELECT count(*) FROM pg_stat_activity WHERE " + condition));
  }
}
