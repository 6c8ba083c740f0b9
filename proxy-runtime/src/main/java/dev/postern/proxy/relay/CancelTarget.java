package dev.postern.proxy.relay;

import dev.postern.api.message.CancelRequest;
import dev.postern.api.routing.Backend;
import java.net.InetSocketAddress;

/**
 * Where and how to cancel what a session's backend is doing.
 *
 * @param address where the backend was reached
 * @param done to be run when the server has taken the request, or could not be reached; any thread
 */
public record CancelTarget(
    Backend server, InetSocketAddress address, CancelRequest request, Runnable done) {}
