package dev.postern.proxy.relay;

import io.netty.buffer.ByteBuf;

/**
 * Backend to frontend, as bytes. Of each read only the end is looked at: a server falls silent
 * after ReadyForQuery, so a read that ends in one tells the transaction state, at no cost that can
 * be measured. All of a read is searched where there may be one in its middle: where several are
 * awaited, or the read is a short one. A row that happens to hold the same six bytes is mistaken
 * for one; that shows in the session list, and a client that then goes may take what its server is
 * doing along.
 */
final class BackendBytes implements Flow {
  /** Type and length of a ReadyForQuery, before its status. */
  private static final long READY = 0x5a_0000_0005L;

  private static final long READY_MASK = 0xff_ffff_ffffL;

  /** All of it, in bytes. */
  private static final int READY_LENGTH = 6;

  /** A report or a notification that follows a ReadyForQuery comes with little else, in bytes. */
  private static final int SHORT = 2048;

  private final Side client;
  private final Progress progress;

  /** The last eight bytes. */
  private long last;

  BackendBytes(Side client, Progress progress) {
    this.client = client;
    this.progress = progress;
  }

  @Override
  public void accept(ByteBuf bytes) {
    int begin = bytes.readerIndex();
    int end = bytes.writerIndex();
    boolean ready = end - begin < Long.BYTES ? walk(bytes, begin, end) : look(bytes, begin, end);
    if (!ready) {
      progress.backendSent(false);
    }
    client.write(bytes);
  }

  /** Returns whether a ReadyForQuery is the last of at least eight bytes. */
  private boolean look(ByteBuf bytes, int begin, int end) {
    long ending = bytes.getLong(end - Long.BYTES);
    boolean ready = isReady(ending);
    int awaited = progress.outstanding();
    if (awaited > 1 || (awaited == 1 && !ready && end - begin <= SHORT)) {
      walk(bytes, begin, begin + READY_LENGTH - 1);
      search(bytes, begin, end);
    } else if (ready) {
      progress.backendReady((byte) ending);
    }
    last = ending;
    return ready;
  }

  private static boolean isReady(long ending) {
    return (ending >>> Byte.SIZE & READY_MASK) == READY;
  }

  /**
   * Finds each ReadyForQuery that ends here, also one that has begun before; returns whether the
   * last byte is the end of one.
   */
  private boolean walk(ByteBuf bytes, int begin, int end) {
    boolean ready = false;
    for (int i = begin; i < end; i++) {
      last = last << Byte.SIZE | (bytes.getByte(i) & 0xff);
      ready = isReady(last);
      if (ready) {
        progress.backendReady((byte) last);
      }
    }
    return ready;
  }

  /** Finds each ReadyForQuery that begins and ends here. */
  private void search(ByteBuf bytes, int begin, int end) {
    int beyond = end - READY_LENGTH + 1;
    int at = bytes.indexOf(begin, beyond, (byte) 'Z');
    while (at >= 0) {
      if (bytes.getInt(at + 1) == READY_LENGTH - 1) {
        progress.backendReady(bytes.getByte(at + READY_LENGTH - 1));
      }
      at = at + 1 < beyond ? bytes.indexOf(at + 1, beyond, (byte) 'Z') : -1;
    }
  }

  @Override
  public boolean atMessageBoundary() {
    return progress.atReadyForQuery();
  }

  @Override
  public void close() {}
}
