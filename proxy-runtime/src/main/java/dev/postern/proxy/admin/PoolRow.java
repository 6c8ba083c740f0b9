package dev.postern.proxy.admin;

/**
 * Server connections that are alike. Several rows can differ in no more than what their connections
 * were opened with. The numbers are a moment old, and not all of the same moment.
 *
 * @param server its address
 * @param role that the connections are logged in as
 * @param mode as the configuration has it
 * @param size how many connections there may be without the reserve, or 0 for no limit
 * @param open connections that are open or being opened
 * @param idle those of them that wait for a session
 * @param waiting sessions that wait for a connection
 * @param sessions all sessions that are given connections of this pool, waiting or not
 */
public record PoolRow(
    String route,
    String server,
    String database,
    String role,
    String mode,
    int size,
    int open,
    int idle,
    int waiting,
    int sessions) {}
