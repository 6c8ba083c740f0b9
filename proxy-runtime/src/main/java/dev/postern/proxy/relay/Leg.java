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
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One of the two connections of a session: reads into its flow, and is written by the other leg's
 * flow.
 */
final class Leg extends ChannelInboundHandlerAdapter implements Side {
  /**
   * How long a peer may take to read what is left for it after the session has ended, in seconds.
   */
  private static final int LINGER_SECONDS = 30;

  private final DedicatedRelay relay;
  private final boolean client;
  private final Channel channel;
  private @Nullable Leg other;
  private @Nullable Flow flow;
  private boolean otherFull;
  private boolean held;

  /** Whether the peer has said that nothing more will come. */
  private boolean ended;

  /** Whether that was the end of its half of the connection: there is nothing to read. */
  private boolean silent;

  /** Whether the peer takes nothing more. */
  private boolean deaf;

  /** What was for a peer that takes nothing, in bytes. */
  private int unheard;

  Leg(DedicatedRelay relay, boolean client, Channel channel) {
    this.relay = relay;
    this.client = client;
    this.channel = channel;
  }

  void connect(Leg otherLeg, Flow flowOfThis) {
    this.other = otherLeg;
    this.flow = flowOfThis;
  }

  Channel channel() {
    return channel;
  }

  @Override
  public boolean isClient() {
    return client;
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
    if (!deaf) {
      channel.write(bytes, channel.voidPromise());
      return;
    }
    int length = bytes.readableBytes();
    bytes.release();
    unheard += length;
    if (unheard > Departure.MAX_UNHEARD) {
      relay.unheard();
    }
  }

  @Override
  public void flush() {
    channel.flush();
  }

  @Override
  public void hold(boolean hold) {
    held = hold;
    updateReading();
    if (!hold && ended) {
      channel.eventLoop().execute(relay::passEnd); // behind what was held
    }
    if (!hold && relay.isParting()) {
      channel.eventLoop().execute(relay::mayPart);
    }
  }

  boolean isHeld() {
    return held;
  }

  /** The peer takes nothing more: what is for it is dropped. */
  void deafen() {
    deaf = true;
    Leg writer = Objects.requireNonNull(other);
    writer.otherFull = false;
    writer.updateReading();
  }

  /**
   * Closes when all that was written has left, or after {@value #LINGER_SECONDS} seconds. A client
   * then gets the time to read it, unless it has terminated the session itself.
   */
  void closeAfterFlush(boolean terminated) {
    if (!channel.isActive()) {
      channel.close();
    } else if (client && !terminated && !ended) {
      LingeringClose.close(channel, Unpooled.EMPTY_BUFFER, Duration.ofSeconds(LINGER_SECONDS));
    } else {
      LingeringClose.closeAfterFlush(channel, Duration.ofSeconds(LINGER_SECONDS));
    }
  }

  /**
   * Says that nothing more will come, and discards what still comes until the peer closes, or
   * {@value #LINGER_SECONDS} seconds have passed.
   */
  void abandon() {
    otherFull = false;
    hold(false);
    var timeout =
        channel.eventLoop().schedule(() -> channel.close(), LINGER_SECONDS, TimeUnit.SECONDS);
    channel.closeFuture().addListener(closed -> timeout.cancel(false));
    end();
  }

  /** Says that nothing more will come, behind all that was written. */
  void end() {
    channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> shutdownOutput());
  }

  private void shutdownOutput() {
    if (channel instanceof DuplexChannel duplex) {
      duplex.shutdownOutput();
    } else {
      channel.close();
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    if (relay.isEnded()) {
      bytes.release();
      return;
    }
    relay.progress().read(client, bytes.readableBytes());
    Objects.requireNonNull(flow).accept(bytes);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    Objects.requireNonNull(other).flush();
    if (client && relay.progress().terminated()) {
      relay.clientTerminated();
    }
    if (relay.isParting()) {
      relay.mayPart();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (!relay.isEnded()) {
      Leg reader = Objects.requireNonNull(other);
      reader.otherFull = !channel.isWritable();
      reader.updateReading();
    }
    ctx.fireChannelWritabilityChanged();
  }

  /**
   * Looks whether the other leg takes more: it may have become full before its changes were heard
   * of here.
   */
  void heedOther() {
    otherFull = !Objects.requireNonNull(other).channel.isWritable();
    updateReading();
  }

  private void updateReading() {
    boolean reading = !otherFull && !held && !silent;
    if (channel.config().isAutoRead() != reading) {
      channel.config().setAutoRead(reading);
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (client && event == ChannelInputShutdownEvent.INSTANCE) {
      silent = true;
      updateReading();
      ended();
    } else if (client && event == SslCloseCompletionEvent.SUCCESS) {
      deafen(); // TLS has no half that stays open
      ended();
    }
    ctx.fireUserEventTriggered(event);
  }

  private void ended() {
    if (!ended) {
      ended = true;
      relay.clientEnded();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    relay.closed(this);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (cause instanceof IOException || cause instanceof DecoderException) { // the latter: TLS
      relay.failed(this, cause);
      if (client) {
        ctx.close();
      }
    } else {
      relay.broken(cause);
    }
  }
}
