package dev.postern.proxy.codec;

import static dev.postern.proxy.codec.ProtocolLimits.CANCEL_KEY_MAX_BYTES;
import static dev.postern.proxy.codec.ProtocolLimits.CANCEL_KEY_MIN_BYTES;
import static dev.postern.proxy.codec.ProtocolLimits.STARTUP_PACKET_MAX_LENGTH;

import dev.postern.api.FailureKind;
import dev.postern.api.Secret;
import dev.postern.api.SqlState;
import dev.postern.api.message.CancelRequest;
import dev.postern.api.message.GSSENCRequest;
import dev.postern.api.message.ProtocolVersion;
import dev.postern.api.message.SSLRequest;
import dev.postern.api.message.StartupMessage;
import dev.postern.api.message.StartupPacket;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The packets that can begin a connection: a length, a code that no version of the protocol can
 * have, or a version.
 */
final class StartupPackets {
  private static final int CANCEL_REQUEST = 1234 << 16 | 5678;
  private static final int SSL_REQUEST = 1234 << 16 | 5679;
  private static final int GSSENC_REQUEST = 1234 << 16 | 5680;

  private StartupPackets() {}

  static StartupPacket decode(ByteBuf body) throws ProtocolException {
    int code = new MessageReader(body, FailureKind.CLIENT, "startup packet").int32("code");
    return switch (code) {
      case SSL_REQUEST -> reader(body, "SSLRequest").end(new SSLRequest());
      case GSSENC_REQUEST -> reader(body, "GSSENCRequest").end(new GSSENCRequest());
      case CANCEL_REQUEST -> cancelRequest(reader(body, "CancelRequest"));
      default -> startupMessage(ProtocolVersion.of(code), body);
    };
  }

  private static MessageReader reader(ByteBuf body, String message) {
    return new MessageReader(body, FailureKind.CLIENT, message);
  }

  private static CancelRequest cancelRequest(MessageReader in) throws ProtocolException {
    int processId = in.int32("process id");
    return new CancelRequest(processId, cancelKey(in));
  }

  static Secret cancelKey(MessageReader in) throws ProtocolException {
    int length = in.remaining();
    if (length < CANCEL_KEY_MIN_BYTES || length > CANCEL_KEY_MAX_BYTES) {
      throw in.failure(
          "secret key of "
              + length
              + " bytes (expected: "
              + CANCEL_KEY_MIN_BYTES
              + ".."
              + CANCEL_KEY_MAX_BYTES
              + ")");
    }
    byte[] key = in.secret();
    try {
      return Secret.copyOf(key);
    } finally {
      Arrays.fill(key, (byte) 0);
    }
  }

  static void writeCancelKey(Secret key, ByteBuf out) {
    int start = out.writerIndex();
    MessageWriter.secret(key, out);
    int length = out.writerIndex() - start;
    if (length < CANCEL_KEY_MIN_BYTES || length > CANCEL_KEY_MAX_BYTES) {
      throw new IllegalArgumentException(
          "secret key of "
              + length
              + " bytes (expected: "
              + CANCEL_KEY_MIN_BYTES
              + ".."
              + CANCEL_KEY_MAX_BYTES
              + ")");
    }
  }

  private static StartupMessage startupMessage(ProtocolVersion version, ByteBuf body)
      throws ProtocolException {
    if (version.major() != 3) {
      throw ProtocolException.byClient(
          SqlState.FEATURE_NOT_SUPPORTED,
          "unsupported frontend protocol "
              + version
              + ": server supports 3.0 to "
              + ProtocolVersion.V3_2);
    }
    MessageReader in = reader(body, "StartupMessage");
    Map<String, String> parameters = new LinkedHashMap<>();
    while (in.textLength("parameter name") > 0) {
      String name = strictText(in, body, "parameter name");
      parameters.put(name, strictText(in, body, "parameter value"));
    }
    body.skipBytes(1);
    return in.end(new StartupMessage(version, parameters));
  }

  /** Two names that differ must not become one, as they would if malformed bytes were replaced. */
  private static String strictText(MessageReader in, ByteBuf body, String field)
      throws ProtocolException {
    int length = in.textLength(field);
    ByteBuffer encoded = body.nioBuffer(body.readerIndex(), length);
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(encoded).toString();
      body.skipBytes(length + 1);
      return text;
    } catch (CharacterCodingException malformed) {
      throw in.failure(field + " that is not UTF-8 (expected: UTF-8)");
    }
  }

  static void encode(StartupPacket packet, ByteBuf out) {
    int start = MessageWriter.beginUntyped(out);
    switch (packet) {
      case SSLRequest _ -> out.writeInt(SSL_REQUEST);
      case GSSENCRequest _ -> out.writeInt(GSSENC_REQUEST);
      case CancelRequest request -> {
        out.writeInt(CANCEL_REQUEST).writeInt(request.processId());
        writeCancelKey(request.secretKey(), out);
      }
      case StartupMessage message -> parameters(message, out);
    }
    MessageWriter.end(start, out);
    int length = out.writerIndex() - start;
    if (length > STARTUP_PACKET_MAX_LENGTH) {
      throw new IllegalArgumentException(
          "startup packet length: "
              + length
              + " (expected: .."
              + STARTUP_PACKET_MAX_LENGTH
              + " bytes)");
    }
  }

  private static void parameters(StartupMessage message, ByteBuf out) {
    out.writeInt(message.version().code());
    for (Map.Entry<String, String> parameter : message.parameters().entrySet()) {
      if (parameter.getKey().isEmpty()) {
        throw new IllegalArgumentException(
            "startup parameter without a name, which would end the list");
      }
      MessageWriter.text(parameter.getKey(), out);
      MessageWriter.text(parameter.getValue(), out);
    }
    out.writeByte(0);
  }
}
