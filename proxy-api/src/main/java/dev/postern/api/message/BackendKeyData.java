package dev.postern.api.message;

import dev.postern.api.Secret;

/**
 * What a {@link CancelRequest} for this session must say.
 *
 * @param processId names the session
 * @param secretKey 4 bytes in protocol 3.0, 4..256 in 3.2; whoever takes the message over may close
 *     it
 */
public record BackendKeyData(int processId, Secret secretKey) implements BackendMessage {
  /** Without the process id, which is half of the key. */
  @Override
  public String toString() {
    return "BackendKeyData[hidden]";
  }
}
