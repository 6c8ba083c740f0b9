package dev.postern.proxy.codec;

import dev.postern.api.FailureKind;
import dev.postern.api.Secret;
import dev.postern.api.message.AuthenticationCleartextPassword;
import dev.postern.api.message.AuthenticationGSS;
import dev.postern.api.message.AuthenticationGSSContinue;
import dev.postern.api.message.AuthenticationKerberosV5;
import dev.postern.api.message.AuthenticationMD5Password;
import dev.postern.api.message.AuthenticationOk;
import dev.postern.api.message.AuthenticationRequest;
import dev.postern.api.message.AuthenticationResponse;
import dev.postern.api.message.AuthenticationSASL;
import dev.postern.api.message.AuthenticationSASLContinue;
import dev.postern.api.message.AuthenticationSASLFinal;
import dev.postern.api.message.AuthenticationSSPI;
import dev.postern.api.message.GSSResponse;
import dev.postern.api.message.PasswordMessage;
import dev.postern.api.message.SASLInitialResponse;
import dev.postern.api.message.SASLResponse;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/** The four messages that share the type {@code p}. */
final class AuthenticationResponses {
  private AuthenticationResponses() {}

  static AuthenticationResponse decode(ByteBuf body, AuthenticationRequest asked)
      throws ProtocolException {
    return switch (asked) {
      case AuthenticationCleartextPassword _, AuthenticationMD5Password _ ->
          passwordMessage(body, reader(body, "PasswordMessage"));
      case AuthenticationSASL _ -> saslInitialResponse(reader(body, "SASLInitialResponse"));
      case AuthenticationSASLContinue _ -> new SASLResponse(reader(body, "SASLResponse").rest());
      case AuthenticationGSS _, AuthenticationGSSContinue _, AuthenticationSSPI _ ->
          new GSSResponse(reader(body, "GSSResponse").rest());
      case AuthenticationOk _, AuthenticationSASLFinal _, AuthenticationKerberosV5 _ ->
          throw ProtocolException.byClient("authentication response that nobody asked for");
    };
  }

  private static MessageReader reader(ByteBuf body, String message) {
    return new MessageReader(body, FailureKind.CLIENT, message);
  }

  private static PasswordMessage passwordMessage(ByteBuf body, MessageReader in)
      throws ProtocolException {
    int start = body.readerIndex();
    int length = in.textLength("password");
    byte[] password = new byte[length];
    try {
      body.readBytes(password).skipBytes(1);
      in.end();
      return new PasswordMessage(Secret.copyOf(password));
    } finally {
      Arrays.fill(password, (byte) 0);
      if (!body.isReadOnly()) {
        body.setZero(start, length);
      }
    }
  }

  private static SASLInitialResponse saslInitialResponse(MessageReader in)
      throws ProtocolException {
    return in.end(new SASLInitialResponse(in.text("mechanism"), in.value("response")));
  }

  static void encode(AuthenticationResponse response, ByteBuf out) {
    int start = MessageWriter.begin(MessageTypes.AUTHENTICATION_RESPONSE, out);
    switch (response) {
      case GSSResponse token -> MessageWriter.bytes(token.data(), out);
      case SASLResponse answer -> MessageWriter.bytes(answer.data(), out);
      case SASLInitialResponse initial -> {
        MessageWriter.text(initial.mechanism(), out);
        MessageWriter.value(initial.data(), out);
      }
      case PasswordMessage message -> {
        int password = out.writerIndex();
        MessageWriter.secret(message.password(), out);
        if (out.indexOf(password, out.writerIndex(), (byte) 0) >= 0) {
          throw new IllegalArgumentException(
              "password with a zero byte, which would end it on the wire");
        }
        out.writeByte(0);
      }
    }
    MessageWriter.end(start, out);
  }
}
