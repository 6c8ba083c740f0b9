package dev.postern.proxy.frontend;

import dev.postern.api.FailureKind;
import dev.postern.api.SessionException;
import dev.postern.api.SqlState;
import dev.postern.api.message.AuthenticationRequest;
import dev.postern.api.message.AuthenticationResponse;
import dev.postern.api.message.BackendMessage;
import dev.postern.api.message.ErrorResponse;
import dev.postern.proxy.channel.BlockingChannel;
import dev.postern.proxy.channel.FrameException;
import dev.postern.proxy.codec.BackendCodec;
import dev.postern.proxy.codec.FrontendCodec;
import dev.postern.proxy.codec.ProtocolLimits;
import dev.postern.proxy.tls.ServerHandshake;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The connection to a client that is not logged in yet. What is sent is collected until something
 * is awaited, so that answers which belong together leave together. Used by the session's virtual
 * thread only.
 */
public final class FrontendConnection {
  private final BlockingChannel channel;
  private @Nullable ByteBuf unsent;
  private @Nullable ServerHandshake tls;
  private boolean closing;

  public FrontendConnection(BlockingChannel channel) {
    this.channel = channel;
  }

  public BlockingChannel channel() {
    return channel;
  }

  /** The TLS handshake with the client, or {@code null} in clear. */
  public @Nullable ServerHandshake tls() {
    return tls;
  }

  void startTls(ServerHandshake handshake, @Nullable ByteBuf clearReply, boolean firstBytesAreTls)
      throws IOException, InterruptedException {
    channel.startTls(handshake.handler(), clearReply, firstBytesAreTls);
    tls = handshake;
  }

  /** Collects a message for the next flush. */
  public void send(BackendMessage message) {
    BackendCodec.encode(message, unsent());
  }

  /** Collects bytes that are a message already; does not release them. */
  public void send(ByteBuf message) {
    unsent().writeBytes(message);
  }

  /** Collects messages that somebody else writes. */
  public void send(Consumer<ByteBuf> messages) {
    messages.accept(unsent());
  }

  private ByteBuf unsent() {
    ByteBuf out = unsent;
    if (out == null) {
      out = channel.alloc().buffer();
      unsent = out;
    }
    return out;
  }

  /** Sends what was collected. */
  public void flush() {
    ByteBuf out = unsent;
    unsent = null;
    if (out != null) {
      channel.write(out);
    }
  }

  /** Sends an authentication request and waits for the client's answer. */
  AuthenticationResponse ask(AuthenticationRequest request)
      throws IOException, InterruptedException, SessionException {
    return ask(request, FrontendCodec.maxLength(request));
  }

  /**
   * The same.
   *
   * @param maxLength of the answer, in bytes
   */
  AuthenticationResponse ask(AuthenticationRequest request, int maxLength)
      throws IOException, InterruptedException, SessionException {
    send(request);
    flush();
    ByteBuf message = null;
    try {
      message =
          channel.readMessage(
              ProtocolLimits.AUTHENTICATION_RESPONSE_MAX_LENGTH,
              "the client's answer to the authentication request");
      byte type = message.readByte();
      FrontendCodec.authenticationResponseLength(type, message.readInt(), maxLength);
      return FrontendCodec.decodeAuthenticationResponse(message, request);
    } catch (FrameException e) {
      throw violation(String.valueOf(e.getMessage()));
    } finally {
      if (message != null) {
        message.release();
      }
    }
  }

  static SessionException violation(String detail) {
    return new SessionException(SqlState.PROTOCOL_VIOLATION, FailureKind.CLIENT, detail);
  }

  /** Tells the client why it is refused, and closes. */
  public void refuse(SqlState sqlState, String message) {
    refuse(ErrorResponse.fatal(sqlState, message));
  }

  /** Hands the client an error that is not Postern's own, and closes. */
  public void refuse(ErrorResponse error) {
    send(error);
    ByteBuf out = unsent();
    unsent = null;
    channel.writeAndClose(out);
    closing = true;
  }

  /**
   * The same for a login whose thread does not come back, and uses this no more. Any thread.
   *
   * @param message for the client
   */
  public void refuseWithout(SqlState sqlState, String message) {
    ByteBuf out = channel.alloc().buffer();
    BackendCodec.encode(ErrorResponse.fatal(sqlState, message), out);
    channel.writeAndClose(out);
  }

  /** Closes, without what was not sent; unless it was refused, and then closes by itself. */
  public void close() {
    leave();
    if (!closing) {
      channel.close();
    }
  }

  /** Nothing more is sent by this, which others close. */
  public void leave() {
    if (unsent != null) {
      unsent.release();
      unsent = null;
    }
  }
}
