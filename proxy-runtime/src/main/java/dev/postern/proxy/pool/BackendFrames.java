package dev.postern.proxy.pool;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.ByteToMessageDecoder;

/** Cuts what a server sends into whole messages, for conversations of Postern's own. */
final class BackendFrames {
  /** Receives whole messages. */
  interface Reader {
    /**
     * Looks at one.
     *
     * @param message header included; not to be released
     * @return whether to go on
     */
    boolean read(byte type, ByteBuf message);
  }

  private static final int HEADER_LENGTH = 5;

  /** In bytes; nothing that Postern itself asks has a longer answer. */
  private static final int MAX_LENGTH = 64 * 1024;

  private ByteBuf incomplete = Unpooled.EMPTY_BUFFER;

  /**
   * Takes the bytes over.
   *
   * @return false if the framing is broken, or the reader wants no more
   */
  boolean accept(ByteBufAllocator alloc, ByteBuf bytes, Reader reader) {
    ByteBuf all =
        incomplete.isReadable()
            ? ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(alloc, incomplete, bytes)
            : bytes;
    incomplete = Unpooled.EMPTY_BUFFER;
    boolean usable = true;
    while (usable && all.readableBytes() >= HEADER_LENGTH) {
      int at = all.readerIndex();
      int length = all.getInt(at + 1);
      if (length < 4 || length > MAX_LENGTH) {
        usable = false;
      } else if (all.readableBytes() > length) {
        usable = reader.read(all.getByte(at), all.readSlice(1 + length));
      } else {
        break;
      }
    }
    if (usable && all.isReadable()) {
      incomplete = all.discardSomeReadBytes(); // it would grow with all that is ever received
    } else {
      all.release();
    }
    return usable;
  }

  boolean isEmpty() {
    return !incomplete.isReadable();
  }

  void release() {
    incomplete.release();
    incomplete = Unpooled.EMPTY_BUFFER;
  }
}
