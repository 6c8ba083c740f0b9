package dev.postern.proxy.recording;

import java.util.Map;

/** What a recording tells after its header. */
public sealed interface RecordedEvent {
  /** Microseconds since the recording began. */
  long micros();

  /**
   * A message.
   *
   * @param fromClient whether the client sent it; else the server did
   * @param type as the protocol names it, such as {@code Query}
   * @param fields as recorded; in place of a value that was left out stands a map with its {@code
   *     length}
   */
  record Message(long micros, boolean fromClient, String type, Map<String, Item> fields)
      implements RecordedEvent {}

  /**
   * The recording ended.
   *
   * @param reason why the session ended, or why the recording ended before it
   */
  record End(long micros, String reason) implements RecordedEvent {}

  /** The file stops within an item: the writer was stopped, or the file was cut. */
  record Torn(long micros) implements RecordedEvent {}
}
