package dev.postern.proxy.relay;

import io.netty.buffer.ByteBuf;

/**
 * Backend to frontend, as bytes. Of each read only the last six bytes are looked at: a server falls
 * silent after ReadyForQuery, so a read that ends in one tells the transaction state, at no cost
 * that can be measured. A row that happens to end a read with the same six bytes is mistaken for
 * one until the next read; that shows in the session list and nowhere else.
 */
final class BackendBytes implements Flow {
  private static final int READY_FOR_QUERY_LENGTH = 6;

  private final Leg client;
  private final Progress progress;

  BackendBytes(Leg client, Progress progress) {
    this.client = client;
    this.progress = progress;
  }

  @Override
  public void accept(ByteBuf bytes) {
    int start = bytes.writerIndex() - READY_FOR_QUERY_LENGTH;
    if (start >= bytes.readerIndex()
        && bytes.getByte(start) == 'Z'
        && bytes.getInt(start + 1) == 5) {
      progress.backendReady(bytes.getByte(start + 5));
    } else {
      progress.backendSent(false);
    }
    client.write(bytes);
  }

  @Override
  public boolean atMessageBoundary() {
    return progress.atReadyForQuery();
  }

  @Override
  public void close() {}
}
