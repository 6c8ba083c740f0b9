package dev.postern.proxy.pool;

import dev.postern.api.Bytes;
import java.nio.charset.StandardCharsets;

/**
 * What a NOTIFY says, in UTF-8 unless the server's encoding is SQL_ASCII.
 *
 * @param processId of the server process that sent it
 * @param channel its name, a char for each byte
 * @param body the NotificationResponse behind the process id
 */
public record Notification(int processId, String channel, Bytes body) {
  /** In the place of those that nobody heard, because there was no connection. */
  public static final Notification MISSED = new Notification(0, "", Bytes.EMPTY);

  /** Whether this is {@link #MISSED}; no channel has an empty name. */
  public boolean isMissed() {
    return channel.isEmpty();
  }

  /** The same from another process. */
  public Notification from(int newProcessId) {
    return new Notification(newProcessId, channel, body);
  }

  /** In bytes. */
  public int length() {
    return body.length();
  }

  @Override
  public String toString() {
    String name = new String(channel.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    return "Notification[channel=" + name + ", " + body.length() + " bytes]";
  }
}
