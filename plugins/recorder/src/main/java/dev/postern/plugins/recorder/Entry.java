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
   * The session, or its recording, is over.
   *
   * @param reason a {@code CloseReason} or a {@link Recording.Cut}
   */
  record End(Recording recording, long micros, String reason) implements Entry {}
}
