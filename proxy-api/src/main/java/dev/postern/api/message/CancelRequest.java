package dev.postern.api.message;

import dev.postern.api.Secret;

/**
 * Asks, on a connection of its own, to cancel what another session is doing; never answered.
 *
 * @param processId from that session's {@link BackendKeyData}
 * @param secretKey from there too: 4 bytes in protocol 3.0, 4..256 in 3.2; whoever takes the
 *     message over may close it
 */
public record CancelRequest(int processId, Secret secretKey) implements StartupPacket {
  /** Without the process id, which is half of the key. */
  @Override
  public String toString() {
    return "CancelRequest[hidden]";
  }
}
