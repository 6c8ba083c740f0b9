package dev.postern.proxy.channel;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.RecvByteBufAllocator.ExtendedHandle;
import io.netty.util.UncheckedBooleanSupplier;
import java.net.SocketException;
import java.util.concurrent.TimeUnit;

/**
 * Stands between a connection and its handlers under io_uring, for two ends of connections that
 * Netty 4.2.18 does not see.
 *
 * <p>Where it was asked to read and a close is under way, it polls the socket anew, and that keeps
 * the socket open until the other end closes it.
 *
 * <p>Of a connection that is reset while what came before is read, the kernel does not say that
 * there is more to read, and the poll has already spoken.
 */
final class IoUringEnds extends ChannelDuplexHandler {
  private static final int PATIENCE_MILLIS = 100;

  private boolean closing;
  private boolean suspected;
  private boolean heard;

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

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    heard = true;
    ctx.fireChannelReadComplete();
    if (!suspected && !closing && hasHungUp(ctx)) {
      suspected = true;
      heard = false;
      ctx.executor().schedule(() -> endUnlessHeard(ctx), PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  /** The other end sends nothing more, and all that has come was read without its end. */
  private static boolean hasHungUp(ChannelHandlerContext ctx) {
    return ctx.channel().unsafe().recvBufAllocHandle() instanceof ExtendedHandle reading
        && reading.lastBytesRead() > 0
        && reading.continueReading(UncheckedBooleanSupplier.FALSE_SUPPLIER);
  }

  private void endUnlessHeard(ChannelHandlerContext ctx) {
    suspected = false;
    if (!heard && !closing && ctx.channel().isOpen()) {
      ctx.fireExceptionCaught(new SocketException("Connection reset"));
      ctx.close();
    }
  }
}
