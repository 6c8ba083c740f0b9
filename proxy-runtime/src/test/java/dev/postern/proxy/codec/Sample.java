package dev.postern.proxy.codec;

import dev.postern.api.Bytes;
import dev.postern.api.message.AuthenticationRequest;
import dev.postern.api.message.AuthenticationResponse;
import dev.postern.api.message.BackendMessage;
import dev.postern.api.message.FrontendMessage;
import dev.postern.api.message.Message;
import dev.postern.api.message.StartupPacket;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A message and its bytes.
 *
 * @param openEnded whether the message goes on to wherever its length says, so that a shorter or
 *     longer body can be right too
 * @param asked what makes an authentication response mean what it means
 */
record Sample<M extends Message>(
    M message, Bytes wire, boolean openEnded, @Nullable AuthenticationRequest asked) {

  static <M extends Message> Sample<M> of(M message, Wire wire) {
    return new Sample<>(message, Bytes.wrap(wire.toByteArray()), false, null);
  }

  static <M extends Message> Sample<M> openEnded(M message, Wire wire) {
    return new Sample<>(message, Bytes.wrap(wire.toByteArray()), true, null);
  }

  Sample<M> answering(AuthenticationRequest request) {
    return new Sample<>(message, wire, openEnded, request);
  }

  byte type() {
    return wire.at(0);
  }

  byte[] body() {
    return Arrays.copyOfRange(
        wire.toByteArray(), message instanceof StartupPacket ? 4 : 5, wire.length());
  }

  /** By the decoder that is meant for this message. */
  Message decode(ByteBuf body) throws ProtocolException {
    return switch (message) {
      case StartupPacket _ -> FrontendCodec.decodeStartup(body);
      case AuthenticationResponse _ when asked != null ->
          FrontendCodec.decodeAuthenticationResponse(body, asked);
      case BackendMessage _ when this.isFromServer() -> BackendCodec.decode(type(), body);
      default -> FrontendCodec.decode(type(), body);
    };
  }

  void encode(ByteBuf out) {
    encode(message, out);
  }

  void encode(Message other, ByteBuf out) {
    if (isFromServer()) {
      BackendCodec.encode((BackendMessage) other, out);
    } else {
      FrontendCodec.encode((FrontendMessage) other, out);
    }
  }

  private boolean isFromServer() {
    return !(message instanceof FrontendMessage);
  }

  @Override
  public String toString() {
    return message.getClass().getSimpleName() + " of " + wire.length() + " bytes";
  }
}
