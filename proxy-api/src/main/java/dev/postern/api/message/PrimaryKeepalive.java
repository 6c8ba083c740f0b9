package dev.postern.api.message;

import java.time.Instant;

/**
 * The server is still there.
 *
 * @param end where the server's WAL ends now
 * @param sentAt the server's clock, to the microsecond
 * @param replyRequested whether the client should answer at once
 */
public record PrimaryKeepalive(long end, Instant sentAt, boolean replyRequested)
    implements ReplicationMessage {}
