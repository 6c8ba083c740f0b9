package dev.postern.proxy.pool;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import org.jspecify.annotations.Nullable;

/** Who has a server connection at the moment. Called on its own event loop. */
public interface BackendUser {
  EventLoop eventLoop();

  /** Takes the bytes over. */
  void backendRead(PooledBackend backend, ByteBuf bytes);

  /** What has arrived so far has been handed on. */
  void backendReadComplete(PooledBackend backend);

  void backendWritable(PooledBackend backend, boolean writable);

  /**
   * The connection is gone.
   *
   * @param cause why it failed, or {@code null} if the server closed it
   */
  void backendClosed(PooledBackend backend, @Nullable Throwable cause);
}
