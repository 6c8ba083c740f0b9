package dev.postern.proxy.backend;

import dev.postern.api.message.FrontendMessage;
import dev.postern.api.routing.Backend;
import dev.postern.proxy.channel.BlockingChannel;
import dev.postern.proxy.channel.FrameException;
import dev.postern.proxy.codec.FrontendCodec;
import io.netty.buffer.ByteBuf;
import java.io.IOException;

/** A connection to a server that does not relay yet. Used by the session's virtual thread only. */
public final class BackendConnection {
  /**
   * The longest message of a server before its first ReadyForQuery, in bytes: notices of login
   * triggers included, less than what a channel keeps for its reader.
   */
  private static final int MAX_LENGTH = 64 * 1024;

  private final Backend backend;
  private final BlockingChannel channel;

  BackendConnection(Backend backend, BlockingChannel channel) {
    this.backend = backend;
    this.channel = channel;
  }

  public Backend backend() {
    return backend;
  }

  public BlockingChannel channel() {
    return channel;
  }

  void send(FrontendMessage message) {
    ByteBuf encoded = channel.alloc().buffer();
    FrontendCodec.encode(message, encoded);
    channel.write(encoded);
  }

  /**
   * Waits for the server's next message, header included; the caller releases it.
   *
   * @throws IOException if the server went, was too slow, or broke the protocol
   */
  public ByteBuf read(String waitingFor) throws IOException, InterruptedException {
    try {
      return channel.readMessage(MAX_LENGTH, waitingFor);
    } catch (FrameException e) {
      throw new IOException("the server broke the protocol: " + e.getMessage(), e);
    }
  }

  /** Closes, and frees what was not read. */
  public void close() {
    channel.close();
    channel.eventLoop().execute(channel::release);
  }
}
