package dev.postern.proxy.admin;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Server connections that are alike. Several rows can differ in no more than what their connections
 * were opened with. The numbers are a moment old, and not all of the same moment.
 *
 * @param server its address
 * @param role that the connections are logged in as
 * @param mode as the configuration has it
 * @param retiring whether its connections are closed when they are given back, because what they
 *     were opened with counts no more
 * @param sessions all sessions that are given connections of this pool, waiting or not
 * @param waiting those of them that wait for a connection
 * @param longestWait how long the first of these has waited; {@code null} if none waits
 * @param active connections that sessions have, or that are being cleaned or checked
 * @param idle connections that wait for a session
 * @param opening connections that are being opened
 * @param size how many connections there may be without the reserve, or 0 for no limit
 * @param reserve how many there may be above the size for sessions that have waited long
 * @param minimum how many are kept open
 * @param connectionsPerDatabase how many all pools may have to the database, or 0 for no limit
 * @param connectionsPerRole how many all pools may have as the role, or 0 for no limit
 */
public record PoolRow(
    String route,
    String server,
    String database,
    String role,
    String mode,
    boolean retiring,
    int sessions,
    int waiting,
    @Nullable Duration longestWait,
    int active,
    int idle,
    int opening,
    int size,
    int reserve,
    int minimum,
    int connectionsPerDatabase,
    int connectionsPerRole,
    Listening listening) {
  /**
   * The connection that listens for all clients; it is not among the others.
   *
   * @param open whether there is one
   * @param channels that clients want to listen to
   * @param clients that listen
   */
  public record Listening(boolean open, int channels, int clients) {
    @Override
    public String toString() {
      if (!open) {
        return clients == 0 ? "" : "lost, for " + people();
      }
      return people();
    }

    private String people() {
      return counted(channels, "channel") + ", " + counted(clients, "client");
    }

    private static String counted(int count, String what) {
      return count + " " + what + (count == 1 ? "" : "s");
    }
  }
}
