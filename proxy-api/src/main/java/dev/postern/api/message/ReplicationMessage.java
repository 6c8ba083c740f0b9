package dev.postern.api.message;

/**
 * What {@link CopyData} holds while a replication connection streams, between {@link
 * CopyBothResponse} and {@link CopyDone} (PostgreSQL documentation, "Streaming Replication
 * Protocol", START_REPLICATION). Positions in the WAL are unsigned 64-bit numbers.
 */
public sealed interface ReplicationMessage
    permits HotStandbyFeedback,
        PrimaryKeepalive,
        PrimaryStatusRequest,
        PrimaryStatusUpdate,
        StandbyStatusUpdate,
        XLogData {
  /**
   * What a server sends.
   *
   * @throws IllegalArgumentException if this is none of {@link XLogData}, {@link PrimaryKeepalive}
   *     and {@link PrimaryStatusUpdate}
   */
  static ReplicationMessage fromBackend(CopyData message) {
    return ReplicationReader.fromBackend(message.data());
  }

  /**
   * What a client sends.
   *
   * @throws IllegalArgumentException if this is none of {@link StandbyStatusUpdate}, {@link
   *     HotStandbyFeedback} and {@link PrimaryStatusRequest}
   */
  static ReplicationMessage fromFrontend(CopyData message) {
    return ReplicationReader.fromFrontend(message.data());
  }

  /** The message to send. */
  default CopyData toCopyData() {
    return new CopyData(ReplicationWriter.write(this));
  }
}
