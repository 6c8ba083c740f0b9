package dev.postern.proxy.relay;

import dev.postern.proxy.channel.LingeringClose;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import java.io.IOException;
import java.time.Duration;

/** The client's connection of a session whose backend comes and goes. */
final class ClientPort extends ChannelInboundHandlerAdapter implements Side {
  /** How long a client may take to read what is left for it, in seconds. */
  private static final int LINGER_SECONDS = 30;

  private final PooledRelay relay;
  private final Channel channel;
  private boolean backendFull;
  private boolean waiting;
  private boolean held;

  /** Whether the client has to read what Postern itself has answered. */
  private boolean behind;

  /** Whether there is nothing more to read. */
  private boolean silent;

  /** Whether the client takes nothing more. */
  private boolean deaf;

  ClientPort(PooledRelay relay, Channel channel) {
    this.relay = relay;
    this.channel = channel;
  }

  Channel channel() {
    return channel;
  }

  @Override
  public boolean isClient() {
    return true;
  }

  @Override
  public ByteBufAllocator alloc() {
    return channel.alloc();
  }

  @Override
  public EventLoop eventLoop() {
    return channel.eventLoop();
  }

  @Override
  public void write(ByteBuf bytes) {
    if (deaf || !channel.isActive()) {
      int length = bytes.readableBytes();
      bytes.release();
      relay.departure().unheard(length);
    } else {
      channel.write(bytes, channel.voidPromise());
    }
  }

  /** Whether there is room for more, or nobody who wants it. */
  boolean takesMore() {
    return deaf || !channel.isActive() || channel.isWritable();
  }

  @Override
  public void flush() {
    channel.flush();
  }

  @Override
  public void hold(boolean hold) {
    held = hold;
    updateReading();
    if (!hold && relay.departure().isSilent()) {
      eventLoop().execute(relay.departure()::passedOn); // behind what was held
    }
  }

  boolean isHeld() {
    return held;
  }

  void backendFull(boolean full) {
    backendFull = full;
    updateReading();
  }

  /**
   * Postern has answered in the server's place, which slows nobody down who asks more and more, and
   * reads nothing.
   */
  void answered() {
    if (!channel.isWritable() && !deaf && channel.isActive()) {
      behind = true;
      updateReading();
      channel.flush();
    }
  }

  void waiting(boolean waits) {
    waiting = waits;
    updateReading();
  }

  private void updateReading() {
    boolean reading = !backendFull && !held && !waiting && !behind && !silent;
    if (channel.config().isAutoRead() != reading) {
      channel.config().setAutoRead(reading);
    }
  }

  /**
   * Closes when all that was written has left, or after {@value #LINGER_SECONDS} seconds.
   *
   * @param terminated whether the client has said that it wants nothing more
   */
  void closeAfterFlush(boolean terminated) {
    if (terminated || silent) {
      LingeringClose.closeAfterFlush(channel, Duration.ofSeconds(LINGER_SECONDS));
    } else if (channel.isActive()) {
      LingeringClose.close(channel, Unpooled.EMPTY_BUFFER, Duration.ofSeconds(LINGER_SECONDS));
    } else {
      channel.close();
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    relay.clientRead((ByteBuf) message);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    relay.lease().flush();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (behind && channel.isWritable()) {
      behind = false;
      updateReading();
    }
    relay.clientWritable();
    ctx.fireChannelWritabilityChanged();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event == ChannelInputShutdownEvent.INSTANCE) {
      silent = true;
      updateReading();
      relay.departure().silent();
    } else if (event == SslCloseCompletionEvent.SUCCESS) {
      deaf = true; // TLS has no half that stays open
      relay.lease().updateReading();
      relay.departure().silent();
    }
    ctx.fireUserEventTriggered(event);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    relay.departure().closed("the client closed the connection without Terminate");
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (cause instanceof IOException || cause instanceof DecoderException) { // the latter: TLS
      deaf = true;
      relay.departure().closed("the client's connection failed: " + cause);
      ctx.close();
    } else {
      relay.broken(cause);
    }
  }
}
