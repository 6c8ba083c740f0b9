package dev.postern.proxy.pool;

import io.netty.channel.EventLoop;

/** Who wants a server connection. Called once, on its event loop. */
public interface Waiter {
  EventLoop eventLoop();

  /** The connection is the waiter's until it gives it back or closes it. */
  void granted(PooledBackend backend);

  /**
   * There will be none.
   *
   * @param cause a SessionException that says what the client is to be told, or an IOException if
   *     the server cannot be reached
   */
  void refused(Exception cause);
}
