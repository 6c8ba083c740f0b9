package dev.postern.proxy.channel;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;

/**
 * Stands between a connection and its handlers under io_uring. Netty 4.2.18 polls the socket anew
 * where it was asked to read and a close is under way, and such a poll keeps the socket open until
 * the other end closes it.
 */
final class NoReadAfterClose extends ChannelOutboundHandlerAdapter {
  private boolean closing;

  @Override
  public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
    closing = true;
    ctx.channel().config().setAutoRead(false); // takes back what was asked before
    ctx.close(promise);
  }

  @Override
  public void read(ChannelHandlerContext ctx) {
    if (!closing) {
      ctx.read();
    }
  }
}
