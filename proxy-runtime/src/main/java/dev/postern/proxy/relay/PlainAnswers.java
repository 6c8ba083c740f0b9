package dev.postern.proxy.relay;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/** What answers mean in session pooling: whether a library was loaded. */
final class PlainAnswers extends Answers {
  private static final int HEADER_LENGTH = 5;
  private static final byte[] LOAD = "LOAD\0".getBytes(StandardCharsets.US_ASCII);

  private final PlainRewriting rewriting;

  PlainAnswers(PooledRelay relay, Lease lease, Outstanding outstanding, PlainRewriting rewriting) {
    super(relay, lease, outstanding);
    this.rewriting = rewriting;
  }

  @Override
  boolean needsWhole(byte type, int size) {
    return super.needsWhole(type, size) || (type == 'C' && isAsLong(size));
  }

  private static boolean isAsLong(int size) {
    return size == HEADER_LENGTH + LOAD.length;
  }

  @Override
  boolean tagged(ByteBuf bytes, int at, int size, Replies replies) {
    if (isAsLong(size)) {
      boolean load = true;
      for (int i = 0; i < LOAD.length; i++) {
        load &= bytes.getByte(at + HEADER_LENGTH + i) == LOAD[i];
      }
      if (load) {
        rewriting.spoil();
      }
    }
    return false;
  }
}
