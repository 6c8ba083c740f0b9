package dev.postern.proxy.channel;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.RecvByteBufAllocator.ExtendedHandle;
import io.netty.channel.unix.IntegerUnixChannelOption;
import java.util.concurrent.TimeUnit;

/**
 * Lets a bulk transfer arrive in large pieces: while one is under way, the kernel wakes the event
 * loop when there is much to read rather than for every packet. The end of a transfer, which may be
 * less than that, waits for a moment at most; so does whatever follows it.
 */
final class BulkReads extends ChannelInboundHandlerAdapter {
  private static final int SOL_SOCKET = 1;
  private static final int SO_RCVLOWAT = 18;

  static final ChannelOption<Integer> RECEIVE_LOW_WATER =
      new IntegerUnixChannelOption("SO_RCVLOWAT", SOL_SOCKET, SO_RCVLOWAT);

  private static final int ANYTHING = 1;

  /** So much less than the greatest read that what arrives meanwhile still fits. */
  private static final int MUCH = 192 * 1024;

  private static final int LARGE_READ = 4 * 1024;

  /** What large reads have to bring in sequence before it is worth the system calls. */
  private static final int BULK = 1024 * 1024;

  private static final int MOMENT_MICROS = 500;

  private int inLargeReads;
  private boolean underWay;
  private boolean read;

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    if (ctx.channel().unsafe().recvBufAllocHandle() instanceof ExtendedHandle reading) {
      completed(ctx, reading.lastBytesRead());
    }
    ctx.fireChannelReadComplete();
  }

  private void completed(ChannelHandlerContext ctx, int bytes) {
    read = true;
    if (bytes < LARGE_READ) {
      inLargeReads = 0;
    } else if (!underWay) {
      inLargeReads += bytes;
      if (inLargeReads >= BULK) {
        underWay = true;
        ctx.channel().config().setOption(RECEIVE_LOW_WATER, MUCH);
        lookAgain(ctx);
      }
    }
  }

  private void lookAgain(ChannelHandlerContext ctx) {
    read = false;
    ctx.executor().schedule(() -> look(ctx), MOMENT_MICROS, TimeUnit.MICROSECONDS);
  }

  private void look(ChannelHandlerContext ctx) {
    if (!ctx.channel().isOpen()) {
      return;
    }
    if (read) {
      lookAgain(ctx);
    } else {
      underWay = false;
      inLargeReads = 0;
      ctx.channel().config().setOption(RECEIVE_LOW_WATER, ANYTHING);
    }
  }
}
