package dev.postern.proxy.relay;

import io.netty.buffer.ByteBuf;

/** Session pooling: everything goes on as it came; what is to be answered is noted. */
final class PlainRewriting implements Rewriting {
  private final Outstanding outstanding;

  PlainRewriting(Outstanding outstanding) {
    this.outstanding = outstanding;
  }

  @Override
  public boolean needsMore(byte type, ByteBuf bytes, int at, int end, int size) {
    return false;
  }

  @Override
  public void request(byte type, ByteBuf bytes, int at, int here, int size, Requests requests) {
    outstanding.requested(type, null);
  }
}
