package dev.postern.api.message;

import dev.postern.api.Bytes;

/**
 * A piece of COPY data, or, on a replication connection, a message of that sub-protocol: see {@link
 * ReplicationMessage}. A client may cut COPY data anywhere; a server sends whole rows.
 *
 * @param data as on the wire
 */
public record CopyData(Bytes data) implements FrontendMessage, BackendMessage {}
