package dev.postern.proxy.codec;

import dev.postern.api.Bytes;
import dev.postern.api.message.AuthenticationCleartextPassword;
import dev.postern.api.message.AuthenticationGSS;
import dev.postern.api.message.AuthenticationGSSContinue;
import dev.postern.api.message.AuthenticationKerberosV5;
import dev.postern.api.message.AuthenticationMD5Password;
import dev.postern.api.message.AuthenticationOk;
import dev.postern.api.message.AuthenticationRequest;
import dev.postern.api.message.AuthenticationSASL;
import dev.postern.api.message.AuthenticationSASLContinue;
import dev.postern.api.message.AuthenticationSASLFinal;
import dev.postern.api.message.AuthenticationSSPI;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/** The messages that share the type {@code R}; a code tells them apart. */
final class AuthenticationRequests {
  private static final int OK = 0;
  private static final int KERBEROS_V5 = 2;
  private static final int CLEARTEXT_PASSWORD = 3;
  private static final int MD5_PASSWORD = 5;
  private static final int GSS = 7;
  private static final int GSS_CONTINUE = 8;
  private static final int SSPI = 9;
  private static final int SASL = 10;
  private static final int SASL_CONTINUE = 11;
  private static final int SASL_FINAL = 12;
  private static final int SALT_BYTES = 4;

  private AuthenticationRequests() {}

  static AuthenticationRequest decode(MessageReader in) throws ProtocolException {
    int code = in.int32("code");
    return switch (code) {
      case OK -> in.end(new AuthenticationOk());
      case KERBEROS_V5 -> in.end(new AuthenticationKerberosV5());
      case CLEARTEXT_PASSWORD -> in.end(new AuthenticationCleartextPassword());
      case MD5_PASSWORD -> md5Password(in);
      case GSS -> in.end(new AuthenticationGSS());
      case GSS_CONTINUE -> new AuthenticationGSSContinue(in.rest());
      case SSPI -> in.end(new AuthenticationSSPI());
      case SASL -> new AuthenticationSASL(mechanisms(in));
      case SASL_CONTINUE -> new AuthenticationSASLContinue(in.rest());
      case SASL_FINAL -> new AuthenticationSASLFinal(in.rest());
      default -> throw in.failure("code " + code + " (expected: 0, 2, 3, 5 or 7..12)");
    };
  }

  private static AuthenticationMD5Password md5Password(MessageReader in) throws ProtocolException {
    if (in.remaining() != SALT_BYTES) {
      throw in.failure("salt of " + in.remaining() + " bytes (expected: " + SALT_BYTES + ")");
    }
    return new AuthenticationMD5Password(in.rest());
  }

  private static List<String> mechanisms(MessageReader in) throws ProtocolException {
    List<String> mechanisms = new ArrayList<>();
    for (String name = in.text("mechanism"); !name.isEmpty(); name = in.text("mechanism")) {
      mechanisms.add(name);
    }
    return in.end(mechanisms);
  }

  static void encode(AuthenticationRequest request, ByteBuf out) {
    int start = MessageWriter.begin(MessageTypes.AUTHENTICATION_REQUEST, out);
    switch (request) {
      case AuthenticationOk _ -> out.writeInt(OK);
      case AuthenticationKerberosV5 _ -> out.writeInt(KERBEROS_V5);
      case AuthenticationCleartextPassword _ -> out.writeInt(CLEARTEXT_PASSWORD);
      case AuthenticationMD5Password md5 -> data(MD5_PASSWORD, md5.salt(), out);
      case AuthenticationGSS _ -> out.writeInt(GSS);
      case AuthenticationGSSContinue gss -> data(GSS_CONTINUE, gss.data(), out);
      case AuthenticationSSPI _ -> out.writeInt(SSPI);
      case AuthenticationSASL sasl -> {
        out.writeInt(SASL);
        for (String mechanism : sasl.mechanisms()) {
          if (mechanism.isEmpty()) {
            throw new IllegalArgumentException(
                "mechanism without a name, which would end the list");
          }
          MessageWriter.text(mechanism, out);
        }
        out.writeByte(0);
      }
      case AuthenticationSASLContinue sasl -> data(SASL_CONTINUE, sasl.data(), out);
      case AuthenticationSASLFinal sasl -> data(SASL_FINAL, sasl.data(), out);
    }
    MessageWriter.end(start, out);
  }

  private static void data(int code, Bytes data, ByteBuf out) {
    out.writeInt(code);
    MessageWriter.bytes(data, out);
  }
}
