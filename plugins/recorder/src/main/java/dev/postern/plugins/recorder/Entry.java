package dev.postern.plugins.recorder;

import dev.postern.api.message.Message;

/** What waits for the writer. Times are microseconds since the recording began. */
sealed interface Entry {
  Recording recording();

  /** A session has opened. */
  record Begin(Recording recording) implements Entry {}

  /** A message has passed. */
  record Seen(Recording recording, long micros, Direction direction, Message message)
      implements Entry {}

  /**
   * A message has passed that was too large to be decoded.
   *
   * @param type its type byte
   * @param length of the message without the type byte
   */
  record Undecoded(Recording recording, long micros, Direction direction, char type, int length)
      implements Entry {}

  /**
   * The session, or its recording, is over.
   *
   * @param reason a {@code CloseReason} or a {@link Recording.Cut}
   */
  record End(Recording recording, long micros, String reason) implements Entry {}
}
