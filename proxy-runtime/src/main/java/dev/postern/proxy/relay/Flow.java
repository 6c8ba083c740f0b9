package dev.postern.proxy.relay;

import io.netty.buffer.ByteBuf;

/**
 * What happens to the bytes of one direction between being read from one leg and being written to
 * the other.
 */
interface Flow {
  /** Takes the bytes over. */
  void accept(ByteBuf bytes);

  /** Whether everything written so far is known to end at the end of a message. */
  boolean atMessageBoundary();

  /** The direction is over; frees what is held back. */
  void close();
}
