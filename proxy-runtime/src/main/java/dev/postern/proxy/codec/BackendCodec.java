package dev.postern.proxy.codec;

import static dev.postern.proxy.codec.ProtocolLimits.MESSAGE_MIN_LENGTH;

import dev.postern.api.FailureKind;
import dev.postern.api.message.AuthenticationRequest;
import dev.postern.api.message.BackendKeyData;
import dev.postern.api.message.BackendMessage;
import dev.postern.api.message.BindComplete;
import dev.postern.api.message.CloseComplete;
import dev.postern.api.message.CommandComplete;
import dev.postern.api.message.CopyBothResponse;
import dev.postern.api.message.CopyData;
import dev.postern.api.message.CopyDone;
import dev.postern.api.message.CopyInResponse;
import dev.postern.api.message.CopyOutResponse;
import dev.postern.api.message.DataRow;
import dev.postern.api.message.EmptyQueryResponse;
import dev.postern.api.message.ErrorResponse;
import dev.postern.api.message.FunctionCallResponse;
import dev.postern.api.message.NegotiateProtocolVersion;
import dev.postern.api.message.NoData;
import dev.postern.api.message.NoticeResponse;
import dev.postern.api.message.NotificationResponse;
import dev.postern.api.message.ParameterDescription;
import dev.postern.api.message.ParameterStatus;
import dev.postern.api.message.ParseComplete;
import dev.postern.api.message.PortalSuspended;
import dev.postern.api.message.ReadyForQuery;
import dev.postern.api.message.RowDescription;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** Messages that servers send. */
public final class BackendCodec {
  private static final BindComplete BIND_COMPLETE = new BindComplete();
  private static final CloseComplete CLOSE_COMPLETE = new CloseComplete();
  private static final CopyDone COPY_DONE = new CopyDone();
  private static final EmptyQueryResponse EMPTY_QUERY_RESPONSE = new EmptyQueryResponse();
  private static final NoData NO_DATA = new NoData();
  private static final ParseComplete PARSE_COMPLETE = new ParseComplete();
  private static final PortalSuspended PORTAL_SUSPENDED = new PortalSuspended();

  private BackendCodec() {}

  /**
   * Whether there can be a message of this type and length. Comes before anything is allocated for
   * it.
   *
   * @param length the length word
   * @return how many bytes the body has
   */
  public static int bodyLength(byte type, int length) throws ProtocolException {
    if (TypeTable.BACKEND.allows(type, length)) {
      return length - MESSAGE_MIN_LENGTH;
    }
    int maxLength = TypeTable.BACKEND.maxLength(type);
    if (maxLength == 0) {
      throw ProtocolException.byServer("invalid backend message type " + (type & 0xFF));
    }
    throw ProtocolException.byServer(
        TypeTable.BACKEND.name(type)
            + " length: "
            + length
            + " (expected: "
            + MESSAGE_MIN_LENGTH
            + ".."
            + maxLength
            + " bytes)");
  }

  /**
   * A message of a server.
   *
   * @param body from its reader index to its writer index exactly what follows the length word;
   *     read to its end unless this throws
   */
  public static BackendMessage decode(byte type, ByteBuf body) throws ProtocolException {
    MessageReader in = new MessageReader(body, FailureKind.BACKEND, TypeTable.BACKEND.name(type));
    return switch (type) {
      case MessageTypes.AUTHENTICATION_REQUEST -> AuthenticationRequests.decode(in);
      case MessageTypes.BACKEND_KEY_DATA ->
          new BackendKeyData(in.int32("process id"), StartupPackets.cancelKey(in));
      case MessageTypes.BIND_COMPLETE -> in.end(BIND_COMPLETE);
      case MessageTypes.CLOSE_COMPLETE -> in.end(CLOSE_COMPLETE);
      case MessageTypes.COMMAND_COMPLETE -> in.end(new CommandComplete(in.text("tag")));
      case MessageTypes.COPY_BOTH_RESPONSE ->
          in.end(new CopyBothResponse(BackendFields.copyFormat(in), in.formats("column count")));
      case MessageTypes.COPY_DATA -> new CopyData(in.rest());
      case MessageTypes.COPY_DONE -> in.end(COPY_DONE);
      case MessageTypes.COPY_IN_RESPONSE ->
          in.end(new CopyInResponse(BackendFields.copyFormat(in), in.formats("column count")));
      case MessageTypes.COPY_OUT_RESPONSE ->
          in.end(new CopyOutResponse(BackendFields.copyFormat(in), in.formats("column count")));
      case MessageTypes.DATA_ROW -> BackendFields.dataRow(in);
      case MessageTypes.EMPTY_QUERY_RESPONSE -> in.end(EMPTY_QUERY_RESPONSE);
      case MessageTypes.ERROR_RESPONSE -> in.end(new ErrorResponse(BackendFields.errorFields(in)));
      case MessageTypes.FUNCTION_CALL_RESPONSE ->
          in.end(new FunctionCallResponse(in.value("result")));
      case MessageTypes.NEGOTIATE_PROTOCOL_VERSION ->
          in.end(BackendFields.negotiateProtocolVersion(in));
      case MessageTypes.NO_DATA -> in.end(NO_DATA);
      case MessageTypes.NOTICE_RESPONSE ->
          in.end(new NoticeResponse(BackendFields.errorFields(in)));
      case MessageTypes.NOTIFICATION_RESPONSE ->
          in.end(
              new NotificationResponse(
                  in.int32("process id"), in.text("channel"), in.text("payload")));
      case MessageTypes.PARAMETER_DESCRIPTION ->
          in.end(new ParameterDescription(in.objectIds("parameter count")));
      case MessageTypes.PARAMETER_STATUS ->
          in.end(new ParameterStatus(in.text("name"), in.text("value")));
      case MessageTypes.PARSE_COMPLETE -> in.end(PARSE_COMPLETE);
      case MessageTypes.PORTAL_SUSPENDED -> in.end(PORTAL_SUSPENDED);
      case MessageTypes.READY_FOR_QUERY -> in.end(BackendFields.readyForQuery(in));
      case MessageTypes.ROW_DESCRIPTION ->
          in.end(new RowDescription(BackendFields.fieldDescriptions(in)));
      default -> throw ProtocolException.byServer("invalid backend message type " + (type & 0xFF));
    };
  }

  /**
   * A ReadyForQuery whose body stands there; {@code null} if it is none. The buffer's own ends stay
   * where they are.
   */
  public static @Nullable ReadyForQuery readyForQueryAt(ByteBuf bytes, int from, int length) {
    return length == 1 ? BackendFields.readyForQuery(bytes.getByte(from)) : null;
  }

  /**
   * Appends the message with type and length.
   *
   * @throws IllegalArgumentException if it cannot be put on the wire; nothing is appended then
   */
  public static void encode(BackendMessage message, ByteBuf out) {
    int start = out.writerIndex();
    try {
      write(message, out);
    } catch (RuntimeException e) {
      out.writerIndex(start);
      throw e;
    }
  }

  private static void write(BackendMessage message, ByteBuf out) {
    switch (message) {
      case DataRow row -> {
        int start = MessageWriter.begin(MessageTypes.DATA_ROW, out);
        MessageWriter.bytes(row.body(), out);
        MessageWriter.end(start, out);
      }
      case CommandComplete complete -> {
        int start = MessageWriter.begin(MessageTypes.COMMAND_COMPLETE, out);
        MessageWriter.text(complete.tag(), out);
        MessageWriter.end(start, out);
      }
      case ReadyForQuery ready -> BackendFields.write(ready, out);
      case CopyData data -> MessageWriter.copyData(data, out);
      case CopyDone _ -> MessageWriter.empty(MessageTypes.COPY_DONE, out);
      case BindComplete _ -> MessageWriter.empty(MessageTypes.BIND_COMPLETE, out);
      case CloseComplete _ -> MessageWriter.empty(MessageTypes.CLOSE_COMPLETE, out);
      case EmptyQueryResponse _ -> MessageWriter.empty(MessageTypes.EMPTY_QUERY_RESPONSE, out);
      case NoData _ -> MessageWriter.empty(MessageTypes.NO_DATA, out);
      case ParseComplete _ -> MessageWriter.empty(MessageTypes.PARSE_COMPLETE, out);
      case PortalSuspended _ -> MessageWriter.empty(MessageTypes.PORTAL_SUSPENDED, out);
      case RowDescription description -> BackendFields.write(description, out);
      case ParameterDescription description -> {
        int start = MessageWriter.begin(MessageTypes.PARAMETER_DESCRIPTION, out);
        MessageWriter.objectIds(description.parameterTypes(), out);
        MessageWriter.end(start, out);
      }
      case ParameterStatus status -> {
        int start = MessageWriter.begin(MessageTypes.PARAMETER_STATUS, out);
        MessageWriter.text(status.name(), out);
        MessageWriter.text(status.value(), out);
        MessageWriter.end(start, out);
      }
      case ErrorResponse error -> BackendFields.write(MessageTypes.ERROR_RESPONSE, error, out);
      case NoticeResponse notice -> BackendFields.write(MessageTypes.NOTICE_RESPONSE, notice, out);
      case NotificationResponse notification -> {
        int start = MessageWriter.begin(MessageTypes.NOTIFICATION_RESPONSE, out);
        out.writeInt(notification.processId());
        MessageWriter.text(notification.channel(), out);
        MessageWriter.text(notification.payload(), out);
        MessageWriter.end(start, out);
      }
      case CopyInResponse copy ->
          BackendFields.writeCopy(
              MessageTypes.COPY_IN_RESPONSE, copy.format(), copy.columnFormats(), out);
      case CopyOutResponse copy ->
          BackendFields.writeCopy(
              MessageTypes.COPY_OUT_RESPONSE, copy.format(), copy.columnFormats(), out);
      case CopyBothResponse copy ->
          BackendFields.writeCopy(
              MessageTypes.COPY_BOTH_RESPONSE, copy.format(), copy.columnFormats(), out);
      case FunctionCallResponse response -> {
        int start = MessageWriter.begin(MessageTypes.FUNCTION_CALL_RESPONSE, out);
        MessageWriter.value(response.value(), out);
        MessageWriter.end(start, out);
      }
      case BackendKeyData key -> {
        int start = MessageWriter.begin(MessageTypes.BACKEND_KEY_DATA, out);
        out.writeInt(key.processId());
        StartupPackets.writeCancelKey(key.secretKey(), out);
        MessageWriter.end(start, out);
      }
      case NegotiateProtocolVersion negotiate -> BackendFields.write(negotiate, out);
      case AuthenticationRequest request -> AuthenticationRequests.encode(request, out);
    }
  }
}
