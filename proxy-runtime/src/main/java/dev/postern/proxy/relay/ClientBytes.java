package dev.postern.proxy.relay;

import io.netty.buffer.ByteBuf;

/** Frontend to backend, as bytes. */
final class ClientBytes implements Flow {
  private static final int TERMINATE_LENGTH = 5;

  private final Leg backend;
  private final Progress progress;
  private boolean begun;

  ClientBytes(Leg backend, Progress progress) {
    this.backend = backend;
    this.progress = progress;
  }

  @Override
  public void accept(ByteBuf bytes) {
    begun = true;
    progress.clientSent(endsWithTerminate(bytes));
    backend.write(bytes);
  }

  private static boolean endsWithTerminate(ByteBuf bytes) {
    int start = bytes.writerIndex() - TERMINATE_LENGTH;
    return start >= bytes.readerIndex()
        && bytes.getByte(start) == 'X'
        && bytes.getInt(start + 1) == 4;
  }

  /** Behind the first bytes nobody knows: half a message may follow one that was answered. */
  @Override
  public boolean atMessageBoundary() {
    return !begun;
  }

  @Override
  public void close() {}
}
