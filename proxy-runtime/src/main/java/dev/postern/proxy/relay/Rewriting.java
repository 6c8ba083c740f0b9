package dev.postern.proxy.relay;

import io.netty.buffer.ByteBuf;

/** What becomes of a client's messages on their way to the backend that its session has. */
interface Rewriting {
  /**
   * Whether a message that has not come whole must be waited for.
   *
   * @param at its type byte
   * @param end of what has come
   * @param size of the whole message, header included
   */
  boolean needsMore(byte type, ByteBuf bytes, int at, int end, int size);

  /**
   * A message goes on, or what stands in its place.
   *
   * @param here how much of it has come, in bytes
   * @param size of the whole message, header included
   */
  void request(byte type, ByteBuf bytes, int at, int here, int size, Requests requests);
}
