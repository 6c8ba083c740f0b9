package dev.postern.api.message;

/**
 * The client gives a COPY up.
 *
 * @param message why; the server makes it part of its ErrorResponse
 */
public record CopyFail(String message) implements FrontendMessage {
  @Override
  public String toString() {
    return "CopyFail[" + message.length() + " characters]";
  }
}
