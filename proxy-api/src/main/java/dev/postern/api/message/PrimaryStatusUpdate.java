package dev.postern.api.message;

import java.time.Instant;

/**
 * Answers {@link PrimaryStatusRequest}. Transaction ids are with their epoch in the upper 32 bits.
 *
 * @param written up to where the server has written its WAL
 * @param oldestCommitting the oldest transaction that is committing, or the next one if none is
 * @param nextTransaction the next transaction id
 * @param sentAt the server's clock, to the microsecond
 */
public record PrimaryStatusUpdate(
    long written, long oldestCommitting, long nextTransaction, Instant sentAt)
    implements ReplicationMessage {}
