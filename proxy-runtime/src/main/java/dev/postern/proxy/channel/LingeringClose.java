package dev.postern.proxy.channel;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Closes a connection so that its peer can read what was written last. A kernel that closes a
 * socket with unread bytes in it resets the connection, and a peer that is reset loses what it has
 * not read yet. So Postern says that nothing more will come, and reads and discards until the peer
 * has closed, or for {@link #LINGER}.
 */
public final class LingeringClose {
  /** How long the peer may take to close after all was sent. */
  static final Duration LINGER = Duration.ofSeconds(1);

  private LingeringClose() {}

  /**
   * Sends, and releases, the last bytes, and closes. May be called by any thread, and returns at
   * once.
   *
   * @param sending how long that may take; then the connection is closed at once
   */
  public static void close(Channel channel, ByteBuf last, Duration sending) {
    closeIn(channel, sending);
    channel
        .writeAndFlush(last)
        .addListener(
            sent -> {
              if (sent.isSuccess()) {
                sayGoodbye(channel);
              } else {
                channel.close();
              }
            });
  }

  /**
   * Closes when all that was written has left, without waiting for the peer: for one that has said
   * that it wants nothing more. On the channel's event loop.
   *
   * @param sending how long that may take; then the connection is closed at once
   */
  public static void closeAfterFlush(Channel channel, Duration sending) {
    channel.flush();
    ChannelOutboundBuffer pending = channel.unsafe().outboundBuffer();
    if (pending == null || pending.isEmpty()) {
      channel.close();
      return;
    }
    closeIn(channel, sending);
    channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
  }

  private static void sayGoodbye(Channel channel) {
    SslHandler tls = channel.pipeline().get(SslHandler.class);
    if (tls == null) {
      linger(channel);
    } else {
      tls.closeOutbound().addListener(closeNotifySent -> linger(channel));
    }
  }

  private static void linger(Channel channel) {
    if (!(channel instanceof DuplexChannel duplex)
        || !channel.isActive()
        || duplex.isInputShutdown()) { // there is nothing unread
      channel.close();
      return;
    }
    closeIn(channel, LINGER);
    channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, false);
    // Before TLS: nobody has to decrypt what nobody reads.
    channel.pipeline().addFirst(new Discard());
    duplex.shutdownOutput();
    channel.config().setAutoRead(true);
  }

  private static void closeIn(Channel channel, Duration time) {
    var timeout =
        channel.eventLoop().schedule(() -> channel.close(), time.toNanos(), TimeUnit.NANOSECONDS);
    channel.closeFuture().addListener(closed -> timeout.cancel(false));
  }

  private static final class Discard extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ReferenceCountUtil.release(message);
    }
  }
}
