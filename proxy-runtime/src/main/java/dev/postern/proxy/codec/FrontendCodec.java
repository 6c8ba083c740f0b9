package dev.postern.proxy.codec;

import static dev.postern.proxy.codec.ProtocolLimits.MESSAGE_MIN_LENGTH;
import static dev.postern.proxy.codec.ProtocolLimits.SASL_RESPONSE_MAX_LENGTH;
import static dev.postern.proxy.codec.ProtocolLimits.STARTUP_PACKET_MAX_LENGTH;
import static dev.postern.proxy.codec.ProtocolLimits.STARTUP_PACKET_MIN_LENGTH;

import dev.postern.api.FailureKind;
import dev.postern.api.message.AuthenticationRequest;
import dev.postern.api.message.AuthenticationResponse;
import dev.postern.api.message.AuthenticationSASL;
import dev.postern.api.message.AuthenticationSASLContinue;
import dev.postern.api.message.Bind;
import dev.postern.api.message.Close;
import dev.postern.api.message.CopyData;
import dev.postern.api.message.CopyDone;
import dev.postern.api.message.CopyFail;
import dev.postern.api.message.Describe;
import dev.postern.api.message.Execute;
import dev.postern.api.message.Flush;
import dev.postern.api.message.Format;
import dev.postern.api.message.FrontendMessage;
import dev.postern.api.message.FunctionCall;
import dev.postern.api.message.Parse;
import dev.postern.api.message.Query;
import dev.postern.api.message.StartupPacket;
import dev.postern.api.message.Sync;
import dev.postern.api.message.Target;
import dev.postern.api.message.Terminate;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Messages that clients send. */
public final class FrontendCodec {
  private static final CopyDone COPY_DONE = new CopyDone();
  private static final Flush FLUSH = new Flush();
  private static final Sync SYNC = new Sync();
  private static final Terminate TERMINATE = new Terminate();

  private FrontendCodec() {}

  /**
   * Whether a logged-in client may send a message of this type and length. Comes before anything is
   * allocated for it.
   *
   * @param length the length word
   * @return how many bytes the body has
   */
  public static int bodyLength(byte type, int length) throws ProtocolException {
    if (type != MessageTypes.AUTHENTICATION_RESPONSE && TypeTable.FRONTEND.allows(type, length)) {
      return length - MESSAGE_MIN_LENGTH;
    }
    int maxLength = TypeTable.FRONTEND.maxLength(type);
    if (maxLength == 0 || type == MessageTypes.AUTHENTICATION_RESPONSE) {
      throw ProtocolException.byClient("invalid frontend message type " + (type & 0xFF));
    }
    throw wrongLength(TypeTable.FRONTEND.name(type), length, MESSAGE_MIN_LENGTH, maxLength);
  }

  /**
   * The same for the answer to an authentication request.
   *
   * @param asked what the server asked
   */
  public static int authenticationResponseLength(byte type, int length, AuthenticationRequest asked)
      throws ProtocolException {
    return authenticationResponseLength(type, length, maxLength(asked));
  }

  /** What the answer to a request may have at most, as the message's length is counted. */
  public static int maxLength(AuthenticationRequest asked) {
    return asked instanceof AuthenticationSASL || asked instanceof AuthenticationSASLContinue
        ? SASL_RESPONSE_MAX_LENGTH
        : ProtocolLimits.AUTHENTICATION_RESPONSE_MAX_LENGTH;
  }

  /**
   * The same where the mechanism has a limit of its own.
   *
   * @param maxLength as the message's length is counted
   */
  public static int authenticationResponseLength(byte type, int length, int maxLength)
      throws ProtocolException {
    if (type != MessageTypes.AUTHENTICATION_RESPONSE) {
      throw ProtocolException.byClient(
          "message type "
              + (type & 0xFF)
              + " during authentication (expected: "
              + MessageTypes.AUTHENTICATION_RESPONSE
              + ")");
    }
    if (length < MESSAGE_MIN_LENGTH || length > maxLength) {
      throw wrongLength("authentication response", length, MESSAGE_MIN_LENGTH, maxLength);
    }
    return length - MESSAGE_MIN_LENGTH;
  }

  /** The same for a startup packet. */
  public static int startupBodyLength(int length) throws ProtocolException {
    if (length < STARTUP_PACKET_MIN_LENGTH || length > STARTUP_PACKET_MAX_LENGTH) {
      throw wrongLength(
          "startup packet", length, STARTUP_PACKET_MIN_LENGTH, STARTUP_PACKET_MAX_LENGTH);
    }
    return length - MESSAGE_MIN_LENGTH;
  }

  private static ProtocolException wrongLength(String what, int length, int min, int max) {
    return ProtocolException.byClient(
        what + " length: " + length + " (expected: " + min + ".." + max + " bytes)");
  }

  /**
   * A message of a logged-in client.
   *
   * @param body from its reader index to its writer index exactly what follows the length word;
   *     read to its end unless this throws
   */
  public static FrontendMessage decode(byte type, ByteBuf body) throws ProtocolException {
    MessageReader in = new MessageReader(body, FailureKind.CLIENT, TypeTable.FRONTEND.name(type));
    return switch (type) {
      case MessageTypes.BIND -> bind(in);
      case MessageTypes.CLOSE -> in.end(new Close(target(in), in.text("name")));
      case MessageTypes.COPY_DATA -> new CopyData(in.rest());
      case MessageTypes.COPY_DONE -> in.end(COPY_DONE);
      case MessageTypes.COPY_FAIL -> in.end(new CopyFail(in.text("message")));
      case MessageTypes.DESCRIBE -> in.end(new Describe(target(in), in.text("name")));
      case MessageTypes.EXECUTE -> in.end(new Execute(in.text("portal"), in.int32("row limit")));
      case MessageTypes.FLUSH -> in.end(FLUSH);
      case MessageTypes.FUNCTION_CALL -> functionCall(in);
      case MessageTypes.PARSE ->
          in.end(
              new Parse(
                  in.text("statement"), in.text("query"), in.objectIds("parameter type count")));
      case MessageTypes.QUERY -> in.end(new Query(in.text("query")));
      case MessageTypes.SYNC -> in.end(SYNC);
      case MessageTypes.TERMINATE -> in.end(TERMINATE);
      default -> throw ProtocolException.byClient("invalid frontend message type " + (type & 0xFF));
    };
  }

  /**
   * A Query whose body stands there; {@code null} if its text does not end where the body does. The
   * buffer's own ends stay where they are.
   */
  public static @Nullable Query queryAt(ByteBuf bytes, int from, int length) {
    if (length == 0 || bytes.getByte(from + length - 1) != 0) {
      return null;
    }
    String sql = bytes.toString(from, length - 1, StandardCharsets.UTF_8);
    return sql.indexOf('\0') < 0 ? new Query(sql) : null;
  }

  private static Bind bind(MessageReader in) throws ProtocolException {
    return in.end(
        new Bind(
            in.text("portal"),
            in.text("statement"),
            in.formats("parameter format count"),
            in.values("parameter count", "parameter"),
            in.formats("result format count")));
  }

  private static FunctionCall functionCall(MessageReader in) throws ProtocolException {
    return in.end(
        new FunctionCall(
            in.int32("function"),
            in.formats("argument format count"),
            in.values("argument count", "argument"),
            Format.of(in.int16("result format"))));
  }

  private static Target target(MessageReader in) throws ProtocolException {
    byte target = in.int8("target");
    return switch (target) {
      case 'S' -> Target.STATEMENT;
      case 'P' -> Target.PORTAL;
      default -> throw in.failure("target " + (target & 0xFF) + " (expected: S or P)");
    };
  }

  /**
   * What a client answers to an authentication request. A password is wiped from the body.
   *
   * @param body as for {@link #decode}
   * @param asked what the server asked, on which the meaning depends
   */
  public static AuthenticationResponse decodeAuthenticationResponse(
      ByteBuf body, AuthenticationRequest asked) throws ProtocolException {
    return AuthenticationResponses.decode(body, asked);
  }

  /**
   * What begins a connection.
   *
   * @param body as for {@link #decode}: what follows the length word, the code first
   * @throws ProtocolException {@code 0A000} if the version's major part is not 3, {@code 08P01} for
   *     anything malformed
   */
  public static StartupPacket decodeStartup(ByteBuf body) throws ProtocolException {
    return StartupPackets.decode(body);
  }

  /**
   * Appends the message with type (startup packets have none) and length.
   *
   * @throws IllegalArgumentException if it cannot be put on the wire; nothing is appended then
   */
  public static void encode(FrontendMessage message, ByteBuf out) {
    int start = out.writerIndex();
    try {
      write(message, out);
    } catch (RuntimeException e) {
      out.writerIndex(start);
      throw e;
    }
  }

  private static void write(FrontendMessage message, ByteBuf out) {
    switch (message) {
      case Query query -> {
        int start = MessageWriter.begin(MessageTypes.QUERY, out);
        MessageWriter.text(query.sql(), out);
        MessageWriter.end(start, out);
      }
      case Parse parse -> {
        int start = MessageWriter.begin(MessageTypes.PARSE, out);
        MessageWriter.text(parse.statement(), out);
        MessageWriter.text(parse.sql(), out);
        MessageWriter.objectIds(parse.parameterTypes(), out);
        MessageWriter.end(start, out);
      }
      case Bind bind -> {
        int start = MessageWriter.begin(MessageTypes.BIND, out);
        MessageWriter.text(bind.portal(), out);
        MessageWriter.text(bind.statement(), out);
        MessageWriter.formats(bind.parameterFormats(), out);
        MessageWriter.values(bind.parameters(), out);
        MessageWriter.formats(bind.resultFormats(), out);
        MessageWriter.end(start, out);
      }
      case Describe describe ->
          named(MessageTypes.DESCRIBE, describe.target(), describe.name(), out);
      case Close close -> named(MessageTypes.CLOSE, close.target(), close.name(), out);
      case Execute execute -> {
        int start = MessageWriter.begin(MessageTypes.EXECUTE, out);
        MessageWriter.text(execute.portal(), out);
        out.writeInt(execute.maxRows());
        MessageWriter.end(start, out);
      }
      case Sync _ -> MessageWriter.empty(MessageTypes.SYNC, out);
      case Flush _ -> MessageWriter.empty(MessageTypes.FLUSH, out);
      case Terminate _ -> MessageWriter.empty(MessageTypes.TERMINATE, out);
      case CopyData data -> MessageWriter.copyData(data, out);
      case CopyDone _ -> MessageWriter.empty(MessageTypes.COPY_DONE, out);
      case CopyFail fail -> {
        int start = MessageWriter.begin(MessageTypes.COPY_FAIL, out);
        MessageWriter.text(fail.message(), out);
        MessageWriter.end(start, out);
      }
      case FunctionCall call -> {
        int start = MessageWriter.begin(MessageTypes.FUNCTION_CALL, out);
        out.writeInt(call.functionOid());
        MessageWriter.formats(call.argumentFormats(), out);
        MessageWriter.values(call.arguments(), out);
        out.writeShort(call.resultFormat().code());
        MessageWriter.end(start, out);
      }
      case AuthenticationResponse response -> AuthenticationResponses.encode(response, out);
      case StartupPacket packet -> StartupPackets.encode(packet, out);
    }
  }

  private static void named(byte type, Target target, String name, ByteBuf out) {
    int start = MessageWriter.begin(type, out);
    out.writeByte(
        switch (target) {
          case STATEMENT -> 'S';
          case PORTAL -> 'P';
        });
    MessageWriter.text(name, out);
    MessageWriter.end(start, out);
  }
}
