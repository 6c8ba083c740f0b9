package dev.postern.proxy.relay;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;

/** One of the two ends between which messages flow. Used on the session's event loop. */
interface Side {
  boolean isClient();

  ByteBufAllocator alloc();

  EventLoop eventLoop();

  /** Queues the bytes and takes them over; they leave with the next flush. */
  void write(ByteBuf bytes);

  void flush();

  /** Stops or resumes reading from here for a reason of the flow's own. */
  void hold(boolean hold);
}
