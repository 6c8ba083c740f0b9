package dev.postern.it;

import static org.awaitility.Awaitility.await;

import dev.postern.testkit.PostgresServer;
import java.time.Duration;

/** What a server knows of its sessions. */
final class Sessions {
  private Sessions() {}

  /** Waits until a backend process has ended. */
  static void awaitGone(PostgresServer server, String pid) {
    await().atMost(Duration.ofSeconds(10)).until(() -> count(server, "pid = " + pid) == 0);
  }

  /** How many sessions a role has. */
  static int of(PostgresServer server, String role) {
    return count(server, "usename = " + PostgresServer.literal(role));
  }

  /** How many sessions of a role run a statement. */
  static int active(PostgresServer server, String role) {
    return count(server, "state = 'active' AND usename = " + PostgresServer.literal(role));
  }

  private static int count(PostgresServer server, String condition) {
    return Integer.parseInt(
        server.queryOne("SELECT count(*) FROM pg_stat_activity WHERE " + condition));
  }
}
