package dev.postern.api.intercept;

import dev.postern.api.Bytes;

/**
 * A message that passes without being decoded, because it is larger than {@code
 * limits.intercepted-message}.
 *
 * @param fromClient whether the client sent it; else the server did
 * @param type its type byte, such as {@code Q} of a client for {@code Query}
 * @param length of the message without the type byte, as it stands on the wire
 * @param start the first {@value #START_LENGTH} bytes of its body
 */
public record UndecodedMessage(boolean fromClient, char type, int length, Bytes start) {
  /** How much of a message is shown, in bytes; less than any message that is not decoded has. */
  public static final int START_LENGTH = 512;
}
