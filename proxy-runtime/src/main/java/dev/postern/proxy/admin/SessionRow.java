package dev.postern.proxy.admin;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A session that relays, or a login that waits for a server connection.
 *
 * @param client the client's address
 * @param tls the version of the client's TLS, or {@code null} without
 * @param state {@code active}, {@code idle}, {@code idle in transaction}, or {@code idle in
 *     transaction (aborted)}, as pg_stat_activity has it; or {@code waiting for a server
 *     connection}
 * @param waitingFor the pool that it waits for, or {@code null} if it does not wait
 * @param waitingSince since when
 * @param pins why it keeps its server connection between transactions; empty if it does not, or if
 *     its pool's mode lets it have one until its end
 * @param channels that it listens to through its pool's listening connection
 * @param expiresAt until when its login is good, or {@code null} if its authenticator has set no
 *     end
 * @param lastActivity when something last came from either side, to a second
 * @param bytesFromClient what it sent since it logged in
 * @param bytesFromBackend what it was sent since
 */
public record SessionRow(
    String id,
    String user,
    String database,
    @Nullable String applicationName,
    String client,
    @Nullable String tls,
    String route,
    String backend,
    String state,
    @Nullable String waitingFor,
    @Nullable Instant waitingSince,
    List<String> pins,
    List<String> channels,
    Instant startedAt,
    @Nullable Instant expiresAt,
    Instant lastActivity,
    long bytesFromClient,
    long bytesFromBackend) {}
