package dev.postern.proxy.channel;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.RecvByteBufAllocator.ExtendedHandle;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.UncheckedBooleanSupplier;
import java.net.SocketException;
import java.util.concurrent.TimeUnit;

/**
 * Stands between a connection and its handlers under io_uring, for three ends of connections of
 * which Netty 4.2.18 makes too little, or too much.
 *
 * <p>Where it was asked to read and a close is under way, it polls the socket anew, and that keeps
 * the socket open until the other end closes it.
 *
 * <p>Of a connection that is reset while what came before is read, the kernel does not say that
 * there is more to read, and the poll has already spoken.
 *
 * <p>Of a connection whose other end has closed its half, it finds that end again as often as it is
 * asked to read; and TLS asks whenever it has found nothing.
 */
final class IoUringEnds extends ChannelDuplexHandler {
  private static final int PATIENCE_MILLIS = 100;

  private boolean closing;
  private boolean silent;
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
    if (!closing && !silent) {
      ctx.read();
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    silent |= event == ChannelInputShutdownEvent.INSTANCE;
    ctx.fireUserEventTriggered(event);
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
    if (!ctx.channel().config().isAutoRead()) {
      return; // nobody has looked for the end, nor may there be one: the next read tells
    }
    if (!heard && !closing && ctx.channel().isOpen()) {
      ctx.fireExceptionCaught(new SocketException("Connection reset"));
      ctx.close();
    }
  }
}
