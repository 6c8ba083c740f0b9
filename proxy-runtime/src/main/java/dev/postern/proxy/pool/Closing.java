package dev.postern.proxy.pool;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.AttributeKey;
import java.util.concurrent.TimeUnit;

/** How server connections are closed. */
final class Closing {
  /** How long a server may take to find that nobody wants its answer, in seconds. */
  private static final int LINGER_SECONDS = 30;

  private static final AttributeKey<Boolean> CLOSING = AttributeKey.valueOf(Closing.class, "begun");

  private Closing() {}

  static boolean isClosing(Channel channel) {
    return channel.hasAttr(CLOSING);
  }

  /**
   * Closes politely where the server listens; where it works, says that nothing more will come and
   * discards what it still sends.
   */
  static void close(Channel channel, boolean busy) {
    if (!channel.isActive() || isClosing(channel)) {
      return;
    }
    channel.attr(CLOSING).set(true);
    var timeout =
        channel.eventLoop().schedule(() -> channel.close(), LINGER_SECONDS, TimeUnit.SECONDS);
    channel.closeFuture().addListener(closed -> timeout.cancel(false));
    if (busy) {
      channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> shutdownOutput(channel));
    } else {
      ByteBuf terminate = channel.alloc().buffer(5).writeByte('X').writeInt(4);
      channel.writeAndFlush(terminate).addListener(ChannelFutureListener.CLOSE);
    }
  }

  private static void shutdownOutput(Channel channel) {
    if (channel instanceof DuplexChannel duplex) {
      duplex.shutdownOutput();
    } else {
      channel.close();
    }
  }
}
