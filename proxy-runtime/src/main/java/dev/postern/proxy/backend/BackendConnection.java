package dev.postern.proxy.backend;

import dev.postern.api.SessionException;
import dev.postern.api.message.AuthenticationResponse;
import dev.postern.api.message.BackendMessage;
import dev.postern.api.message.ErrorResponse;
import dev.postern.api.message.StartupMessage;
import dev.postern.api.routing.Backend;
import dev.postern.proxy.channel.BlockingChannel;
import dev.postern.proxy.channel.FrameException;
import dev.postern.proxy.codec.BackendCodec;
import dev.postern.proxy.codec.FrontendCodec;
import dev.postern.proxy.codec.MessageTypes;
import dev.postern.proxy.codec.ProtocolException;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A connection to a server that does not relay yet. Used by the session's virtual thread only. */
public final class BackendConnection implements ServerConversation {
  /**
   * The longest message of a server before its first ReadyForQuery, in bytes: room for what a login
   * trigger has to say, and less than what a channel keeps for its reader.
   */
  private static final int MAX_LENGTH = 64 * 1024;

  private static final int HEADER_LENGTH = 5;

  private final Backend backend;
  private final BlockingChannel channel;
  private @Nullable LoggedIn loggedIn;

  /** What {@link #awaitGreeting} has read. */
  private @Nullable ByteBuf greeting;

  BackendConnection(Backend backend, BlockingChannel channel) {
    this.backend = backend;
    this.channel = channel;
  }

  @Override
  public Backend backend() {
    return backend;
  }

  void loggedIn(LoggedIn how) {
    loggedIn = how;
  }

  /** How the server was satisfied, for the operator. */
  public String loginMethod() {
    return loggedIn == null ? "none" : loggedIn.method().toString();
  }

  public BlockingChannel channel() {
    return channel;
  }

  void send(StartupMessage message) {
    ByteBuf encoded = channel.alloc().buffer();
    FrontendCodec.encode(message, encoded);
    channel.write(encoded);
  }

  @Override
  public void send(AuthenticationResponse message) {
    ByteBuf encoded = channel.alloc().buffer();
    FrontendCodec.encode(message, encoded);
    channel.write(encoded);
  }

  @Override
  public BackendMessage receive(String waitingFor)
      throws SessionException, IOException, InterruptedException {
    ByteBuf message = read(waitingFor);
    try {
      return decode(message);
    } finally {
      message.release();
    }
  }

  /**
   * Waits for what the server says after AuthenticationOk, and leaves it to be read: only now it
   * says that it is full, or that there is no such database.
   *
   * @throws BackendRefusedException if the server refused
   */
  void awaitGreeting() throws SessionException, IOException, InterruptedException {
    ByteBuf first = read("the backend's greeting");
    if (first.getByte(first.readerIndex()) != MessageTypes.ERROR_RESPONSE) {
      greeting = first;
      return;
    }
    try {
      throw new BackendRefusedException((ErrorResponse) decode(first), "", backend);
    } finally {
      first.release();
    }
  }

  /**
   * Waits for the server's next message, header included; the caller releases it.
   *
   * @throws ProtocolException if the server's framing is broken
   * @throws IOException if the server went, or the deadline passed
   */
  public ByteBuf read(String waitingFor)
      throws ProtocolException, IOException, InterruptedException {
    ByteBuf first = greeting;
    if (first != null) {
      greeting = null;
      return first;
    }
    try {
      return channel.readMessage(MAX_LENGTH, waitingFor);
    } catch (FrameException e) {
      throw ProtocolException.byServer(String.valueOf(e.getMessage()));
    }
  }

  /** Decodes a message that {@link #read} gave. */
  public static BackendMessage decode(ByteBuf message) throws ProtocolException {
    int start = message.readerIndex();
    return BackendCodec.decode(
        message.getByte(start),
        message.slice(start + HEADER_LENGTH, message.readableBytes() - HEADER_LENGTH));
  }

  /** Closes, and frees what was not read. */
  public void close() {
    if (greeting != null) {
      greeting.release();
      greeting = null;
    }
    channel.close();
    channel.release();
  }
}
