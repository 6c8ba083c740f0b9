package dev.postern.api.message;

import dev.postern.api.Bytes;
import java.nio.ByteBuffer;
import java.time.Instant;

/** Writes {@link ReplicationMessage}s. */
final class ReplicationWriter {
  private ReplicationWriter() {}

  static Bytes write(ReplicationMessage message) {
    ByteBuffer out =
        switch (message) {
          case XLogData(long start, long end, Instant sentAt, Bytes data) ->
              begin('w', 24 + data.length())
                  .putLong(start)
                  .putLong(end)
                  .putLong(ReplicationClock.toMicros(sentAt))
                  .put(data.asReadOnlyBuffer());
          case PrimaryKeepalive(long end, Instant sentAt, boolean replyRequested) ->
              begin('k', 17)
                  .putLong(end)
                  .putLong(ReplicationClock.toMicros(sentAt))
                  .put(flag(replyRequested));
          case PrimaryStatusUpdate(
                  long written,
                  long oldestCommitting,
                  long nextTransaction,
                  Instant sentAt) ->
              begin('s', 32)
                  .putLong(written)
                  .putLong(oldestCommitting)
                  .putLong(nextTransaction)
                  .putLong(ReplicationClock.toMicros(sentAt));
          case StandbyStatusUpdate(
                  long written,
                  long flushed,
                  long applied,
                  Instant sentAt,
                  boolean replyRequested) ->
              begin('r', 33)
                  .putLong(written)
                  .putLong(flushed)
                  .putLong(applied)
                  .putLong(ReplicationClock.toMicros(sentAt))
                  .put(flag(replyRequested));
          case HotStandbyFeedback(
                  Instant sentAt,
                  int xmin,
                  int xminEpoch,
                  int catalogXmin,
                  int catalogXminEpoch) ->
              begin('h', 24)
                  .putLong(ReplicationClock.toMicros(sentAt))
                  .putInt(xmin)
                  .putInt(xminEpoch)
                  .putInt(catalogXmin)
                  .putInt(catalogXminEpoch);
          case PrimaryStatusRequest(Instant sentAt) ->
              begin('p', 8).putLong(ReplicationClock.toMicros(sentAt));
        };
    byte[] written = new byte[out.position()];
    out.flip().get(written);
    return Bytes.wrap(written);
  }

  private static ByteBuffer begin(char type, int length) {
    return ByteBuffer.allocate(1 + length).put((byte) type);
  }

  private static byte flag(boolean value) {
    return (byte) (value ? 1 : 0);
  }
}
