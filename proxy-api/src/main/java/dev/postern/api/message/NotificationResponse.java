package dev.postern.api.message;

/**
 * A NOTIFY on a channel that the session listens to; can come at any moment.
 *
 * @param processId of the session that sent it
 * @param channel its name
 * @param payload the text that goes with it; {@code toString} shows its length only
 */
public record NotificationResponse(int processId, String channel, String payload)
    implements BackendMessage {
  @Override
  public String toString() {
    return "NotificationResponse[channel=" + channel + ", " + payload.length() + " characters]";
  }
}
