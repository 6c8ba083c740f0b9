package dev.postern.proxy.relay;

import dev.postern.api.message.BackendKeyData;
import dev.postern.api.message.CancelRequest;
import dev.postern.api.routing.Backend;
import dev.postern.proxy.pool.PooledBackend;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Where and how to cancel what a session's backend is doing.
 *
 * @param address where the backend was reached
 * @param over told when the request is over; any thread
 */
public record CancelTarget(
    Backend server, InetSocketAddress address, CancelRequest request, Over over) {
  /** Who wants to know that a cancel request is over. */
  @FunctionalInterface
  public interface Over {
    /**
     * It is.
     *
     * @param certain whether the server has taken it, or was sent none; if not, it may hit whatever
     *     the connection is used for later
     */
    void over(boolean certain);
  }

  /** Nobody else gets the backend until it is done; {@code null} if the server gave no key. */
  static @Nullable CancelTarget of(PooledBackend backend) {
    BackendKeyData key = backend.key();
    if (key == null) {
      return null;
    }
    backend.cancelStarted();
    return new CancelTarget(
        backend.server(),
        backend.address(),
        new CancelRequest(key.processId(), key.secretKey()),
        backend::cancelEnded);
  }
}
