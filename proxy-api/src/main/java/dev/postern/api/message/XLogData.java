package dev.postern.api.message;

import dev.postern.api.Bytes;
import java.time.Instant;

/**
 * A piece of the WAL, or of what an output plugin makes of it.
 *
 * @param start where in the WAL the data begins
 * @param end where the server's WAL ends now
 * @param sentAt the server's clock, to the microsecond
 * @param data the piece
 */
public record XLogData(long start, long end, Instant sentAt, Bytes data)
    implements ReplicationMessage {}
