package dev.postern.api.message;

import java.time.Instant;

/**
 * Asks for a {@link PrimaryStatusUpdate}.
 *
 * @param sentAt the client's clock, to the microsecond
 */
public record PrimaryStatusRequest(Instant sentAt) implements ReplicationMessage {}
