package dev.postern.plugins.recorder;

import dev.postern.api.intercept.UndecodedMessage;
import dev.postern.api.message.Message;
import dev.postern.api.session.SessionInfo;
import java.time.Instant;
import java.util.Arrays;
import java.util.function.LongSupplier;

/**
 * The recording of one session, as its event loop sees it. Once it is over, messages are not even
 * weighed any more.
 */
final class Recording {
  /** Why a recording ends that does not end with its session. */
  enum Cut {
    /** Messages came faster than they could be written. */
    QUEUE_FULL,
    /** The file reached its size. */
    FILE_SIZE,
    /** All recordings together reached theirs. */
    TOTAL_SIZE,
    /** It could not be written. */
    FAILED;

    static boolean isOne(String reason) {
      return Arrays.stream(values()).anyMatch(cut -> cut.name().equals(reason));
    }
  }

  final SessionInfo session;
  final Instant startedAt;

  /** Of the writer's thread. */
  final RecordingFile file;

  private final LongSupplier nanoTime;
  private final long startNanos;
  private final RecordingWriter writer;
  private volatile boolean over;

  Recording(SessionInfo session, Instant startedAt, LongSupplier nanoTime, RecordingWriter writer) {
    this.session = session;
    this.startedAt = startedAt;
    this.nanoTime = nanoTime;
    this.startNanos = nanoTime.getAsLong();
    this.writer = writer;
    this.file = new RecordingFile(session.sessionId(), startedAt);
  }

  void begin() {
    writer.add(new Entry.Begin(this));
  }

  void seen(Direction direction, Message message) {
    if (!over) {
      offer(new Entry.Seen(this, micros(), direction, message), Weight.of(message));
    }
  }

  void undecoded(UndecodedMessage message) {
    if (!over) {
      Direction direction = message.fromClient() ? Direction.FRONTEND : Direction.BACKEND;
      offer(
          new Entry.Undecoded(this, micros(), direction, message.type(), message.length()),
          Weight.BASE);
    }
  }

  private void offer(Entry entry, long weight) {
    if (!writer.offer(entry, weight)) {
      end(Cut.QUEUE_FULL.name());
    }
  }

  void end(String reason) {
    if (!over) {
      over = true;
      writer.add(new Entry.End(this, micros(), reason));
    }
  }

  /** The writer has ended it. */
  void cut() {
    over = true;
  }

  private long micros() {
    return (nanoTime.getAsLong() - startNanos) / 1000;
  }
}
