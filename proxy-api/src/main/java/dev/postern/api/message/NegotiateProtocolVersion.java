package dev.postern.api.message;

import java.util.List;

/**
 * Says what of a {@link StartupMessage} the server does not know; the session goes on without it.
 *
 * @param newestVersion the newest that the server speaks and the client asked for; PostgreSQL sends
 *     the whole version, though its documentation speaks of the minor one
 * @param unrecognizedOptions names of {@code _pq_.} options
 */
public record NegotiateProtocolVersion(
    ProtocolVersion newestVersion, List<String> unrecognizedOptions) implements BackendMessage {
  public NegotiateProtocolVersion {
    unrecognizedOptions = List.copyOf(unrecognizedOptions);
  }
}
