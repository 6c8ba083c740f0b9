package dev.postern.api.message;

import dev.postern.api.Bytes;
import java.nio.ByteBuffer;
import java.time.Instant;

/** Reads {@link ReplicationMessage}s. */
final class ReplicationReader {
  private ReplicationReader() {}

  static ReplicationMessage fromBackend(Bytes data) {
    ByteBuffer in = data.asReadOnlyBuffer();
    return switch (type(in)) {
      case 'w' -> {
        expectAtLeast("XLogData", in, 24);
        long start = in.getLong();
        long end = in.getLong();
        Instant sentAt = clock(in);
        byte[] rest = new byte[in.remaining()];
        in.get(rest);
        yield new XLogData(start, end, sentAt, Bytes.wrap(rest));
      }
      case 'k' -> {
        expect("PrimaryKeepalive", in, 17);
        yield new PrimaryKeepalive(in.getLong(), clock(in), in.get() != 0);
      }
      case 's' -> {
        expect("PrimaryStatusUpdate", in, 32);
        yield new PrimaryStatusUpdate(in.getLong(), in.getLong(), in.getLong(), clock(in));
      }
      default -> throw unknown(data, "w, k or s");
    };
  }

  static ReplicationMessage fromFrontend(Bytes data) {
    ByteBuffer in = data.asReadOnlyBuffer();
    return switch (type(in)) {
      case 'r' -> {
        expect("StandbyStatusUpdate", in, 33);
        yield new StandbyStatusUpdate(
            in.getLong(), in.getLong(), in.getLong(), clock(in), in.get() != 0);
      }
      case 'h' -> {
        expect("HotStandbyFeedback", in, 24);
        yield new HotStandbyFeedback(clock(in), in.getInt(), in.getInt(), in.getInt(), in.getInt());
      }
      case 'p' -> {
        expect("PrimaryStatusRequest", in, 8);
        yield new PrimaryStatusRequest(clock(in));
      }
      default -> throw unknown(data, "r, h or p");
    };
  }

  private static byte type(ByteBuffer in) {
    if (!in.hasRemaining()) {
      throw new IllegalArgumentException("replication message of 0 bytes (expected: a type byte)");
    }
    return in.get();
  }

  private static Instant clock(ByteBuffer in) {
    return ReplicationClock.toInstant(in.getLong());
  }

  private static void expect(String name, ByteBuffer in, int length) {
    if (in.remaining() != length) {
      throw new IllegalArgumentException(
          name + ": " + in.remaining() + " bytes after the type (expected: " + length + ")");
    }
  }

  private static void expectAtLeast(String name, ByteBuffer in, int length) {
    if (in.remaining() < length) {
      throw new IllegalArgumentException(
          name + ": " + in.remaining() + " bytes after the type (expected: " + length + "..)");
    }
  }

  private static IllegalArgumentException unknown(Bytes data, String expected) {
    return new IllegalArgumentException(
        "replication message: type " + (data.at(0) & 0xFF) + " (expected: " + expected + ")");
  }
}
