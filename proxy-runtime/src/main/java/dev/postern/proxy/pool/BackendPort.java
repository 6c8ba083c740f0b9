package dev.postern.proxy.pool;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import org.jspecify.annotations.Nullable;

/**
 * The home loop's end of a server connection: what happens there is told to whoever has the
 * connection, on that user's event loop.
 */
final class BackendPort extends ChannelInboundHandlerAdapter {
  private final PooledBackend backend;
  private final Channel channel;
  private final Share share;
  private final BackendFrames idleFrames = new BackendFrames();
  private @Nullable BackendUser user;

  BackendPort(PooledBackend backend, Channel channel, Share share) {
    this.backend = backend;
    this.channel = channel;
    this.share = share;
  }

  /** Called on the home loop, as are the next two. */
  void attach(BackendUser newUser) {
    user = newUser;
    if (!channel.isActive()) {
      closed(null);
    }
  }

  void detach() {
    user = null;
  }

  @Nullable BackendUser user() {
    return user;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    BackendUser current = user;
    if (current == null) {
      readIdle(bytes);
    } else if (current.eventLoop().inEventLoop()) {
      current.backendRead(backend, bytes);
    } else {
      current.eventLoop().execute(() -> current.backendRead(backend, bytes));
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    BackendUser current = user;
    if (current == null) {
      return;
    }
    if (current.eventLoop().inEventLoop()) {
      current.backendReadComplete(backend);
    } else {
      current.eventLoop().execute(() -> current.backendReadComplete(backend));
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    BackendUser current = user;
    if (current != null) {
      boolean writable = channel.isWritable();
      if (current.eventLoop().inEventLoop()) {
        current.backendWritable(backend, writable);
      } else {
        current.eventLoop().execute(() -> current.backendWritable(backend, writable));
      }
    }
    ctx.fireChannelWritabilityChanged();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    idleFrames.release();
    closed(null);
    if (!Closing.isClosing(channel)) {
      backend.pool().questions().forget(); // the next login finds out whether the server lives
    }
    share.closed(backend);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    closed(cause);
    ctx.close();
  }

  private void closed(@Nullable Throwable cause) {
    BackendUser current = user;
    user = null;
    if (current == null) {
      return;
    }
    if (current.eventLoop().inEventLoop()) {
      current.backendClosed(backend, cause);
    } else {
      current.eventLoop().execute(() -> current.backendClosed(backend, cause));
    }
  }

  /** What a server says while nobody has it: reports and notices, else it is no longer usable. */
  void readIdle(ByteBuf bytes) {
    if (!channel.isActive() || Closing.isClosing(channel)) {
      bytes.release();
      return;
    }
    if (!idleFrames.accept(channel.alloc(), bytes, this::readIdle)) {
      channel.close();
    }
  }

  private boolean readIdle(byte type, ByteBuf message) {
    if (type == 'S') {
      backend.pool().questions().forget();
      return backend.report(message);
    }
    return type == 'N';
  }
}
