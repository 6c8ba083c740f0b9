package dev.postern.proxy.relay;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;

/** Whatever backend a pooled session has, as the end of a flow of messages. */
final class BackendSide implements Side {
  private final PooledRelay relay;

  BackendSide(PooledRelay relay) {
    this.relay = relay;
  }

  @Override
  public boolean isClient() {
    return false;
  }

  @Override
  public ByteBufAllocator alloc() {
    return relay.alloc();
  }

  @Override
  public EventLoop eventLoop() {
    return relay.eventLoop();
  }

  @Override
  public void write(ByteBuf bytes) {
    relay.toRequests(bytes);
  }

  @Override
  public void flush() {
    relay.lease().flush();
  }

  @Override
  public void hold(boolean hold) {
    relay.lease().hold(hold);
    if (!hold) {
      relay.decided();
    }
  }
}
