package dev.postern.api.session;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a client before it has said who it is.
 *
 * @param sessionId names the session in logs, in errors and for the operator; unique while this
 *     Postern runs
 * @param address where the client comes from
 * @param listener the address that it connected to
 * @param tls the TLS connection, or {@code null} where the client came without
 */
public record ClientInfo(
    String sessionId,
    InetSocketAddress address,
    InetSocketAddress listener,
    @Nullable TlsInfo tls) {}
