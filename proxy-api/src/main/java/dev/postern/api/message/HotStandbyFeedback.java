package dev.postern.api.message;

import java.time.Instant;

/**
 * What the standby's queries still need. With both xmins 0, hot standby feedback ends.
 *
 * @param sentAt the client's clock, to the microsecond
 * @param xmin the standby's xmin (unsigned) without that of its slots
 * @param xminEpoch its epoch
 * @param catalogXmin the lowest catalog_xmin (unsigned) of the standby's slots, or 0
 * @param catalogXminEpoch its epoch
 */
public record HotStandbyFeedback(
    Instant sentAt, int xmin, int xminEpoch, int catalogXmin, int catalogXminEpoch)
    implements ReplicationMessage {}
