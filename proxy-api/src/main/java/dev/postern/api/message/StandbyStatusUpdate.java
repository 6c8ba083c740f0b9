package dev.postern.api.message;

import java.time.Instant;

/**
 * How far the client is. Positions are those of the last byte, plus 1.
 *
 * @param written received and written
 * @param flushed safe on disk
 * @param applied applied
 * @param sentAt the client's clock, to the microsecond
 * @param replyRequested whether the server should answer at once
 */
public record StandbyStatusUpdate(
    long written, long flushed, long applied, Instant sentAt, boolean replyRequested)
    implements ReplicationMessage {}
