package dev.postern.proxy.codec;

import static dev.postern.proxy.codec.ProtocolLimits.AUTHENTICATION_REQUEST_MAX_LENGTH;
import static dev.postern.proxy.codec.ProtocolLimits.AUTHENTICATION_RESPONSE_MAX_LENGTH;
import static dev.postern.proxy.codec.ProtocolLimits.LARGE_BACKEND_MAX_LENGTH;
import static dev.postern.proxy.codec.ProtocolLimits.LARGE_FRONTEND_MAX_LENGTH;
import static dev.postern.proxy.codec.ProtocolLimits.MESSAGE_MIN_LENGTH;
import static dev.postern.proxy.codec.ProtocolLimits.SMALL_BACKEND_MAX_LENGTH;
import static dev.postern.proxy.codec.ProtocolLimits.SMALL_FRONTEND_MAX_LENGTH;

import dev.postern.api.message.AuthenticationRequest;
import dev.postern.api.message.AuthenticationResponse;
import dev.postern.api.message.BackendKeyData;
import dev.postern.api.message.Bind;
import dev.postern.api.message.BindComplete;
import dev.postern.api.message.Close;
import dev.postern.api.message.CloseComplete;
import dev.postern.api.message.CommandComplete;
import dev.postern.api.message.CopyBothResponse;
import dev.postern.api.message.CopyData;
import dev.postern.api.message.CopyDone;
import dev.postern.api.message.CopyFail;
import dev.postern.api.message.CopyInResponse;
import dev.postern.api.message.CopyOutResponse;
import dev.postern.api.message.DataRow;
import dev.postern.api.message.Describe;
import dev.postern.api.message.EmptyQueryResponse;
import dev.postern.api.message.ErrorResponse;
import dev.postern.api.message.Execute;
import dev.postern.api.message.Flush;
import dev.postern.api.message.FunctionCall;
import dev.postern.api.message.FunctionCallResponse;
import dev.postern.api.message.Message;
import dev.postern.api.message.NegotiateProtocolVersion;
import dev.postern.api.message.NoData;
import dev.postern.api.message.NoticeResponse;
import dev.postern.api.message.NotificationResponse;
import dev.postern.api.message.ParameterDescription;
import dev.postern.api.message.ParameterStatus;
import dev.postern.api.message.Parse;
import dev.postern.api.message.ParseComplete;
import dev.postern.api.message.PortalSuspended;
import dev.postern.api.message.Query;
import dev.postern.api.message.ReadyForQuery;
import dev.postern.api.message.RowDescription;
import dev.postern.api.message.Sync;
import dev.postern.api.message.Terminate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What each type byte of one direction stands for: 256 slots, looked up by {@code type & 0xFF}. */
final class TypeTable {
  private record Entry(byte type, Class<? extends Message> message, int maxLength) {}

  static final TypeTable FRONTEND =
      new TypeTable(
          List.of(
              new Entry(
                  MessageTypes.AUTHENTICATION_RESPONSE,
                  AuthenticationResponse.class,
                  AUTHENTICATION_RESPONSE_MAX_LENGTH),
              new Entry(MessageTypes.BIND, Bind.class, LARGE_FRONTEND_MAX_LENGTH),
              new Entry(MessageTypes.CLOSE, Close.class, SMALL_FRONTEND_MAX_LENGTH),
              new Entry(MessageTypes.COPY_DATA, CopyData.class, LARGE_FRONTEND_MAX_LENGTH),
              new Entry(MessageTypes.COPY_DONE, CopyDone.class, SMALL_FRONTEND_MAX_LENGTH),
              new Entry(MessageTypes.COPY_FAIL, CopyFail.class, SMALL_FRONTEND_MAX_LENGTH),
              new Entry(MessageTypes.DESCRIBE, Describe.class, SMALL_FRONTEND_MAX_LENGTH),
              new Entry(MessageTypes.EXECUTE, Execute.class, SMALL_FRONTEND_MAX_LENGTH),
              new Entry(MessageTypes.FLUSH, Flush.class, SMALL_FRONTEND_MAX_LENGTH),
              new Entry(MessageTypes.FUNCTION_CALL, FunctionCall.class, LARGE_FRONTEND_MAX_LENGTH),
              new Entry(MessageTypes.PARSE, Parse.class, LARGE_FRONTEND_MAX_LENGTH),
              new Entry(MessageTypes.QUERY, Query.class, LARGE_FRONTEND_MAX_LENGTH),
              new Entry(MessageTypes.SYNC, Sync.class, SMALL_FRONTEND_MAX_LENGTH),
              new Entry(MessageTypes.TERMINATE, Terminate.class, SMALL_FRONTEND_MAX_LENGTH)));

  static final TypeTable BACKEND =
      new TypeTable(
          List.of(
              new Entry(
                  MessageTypes.AUTHENTICATION_REQUEST,
                  AuthenticationRequest.class,
                  AUTHENTICATION_REQUEST_MAX_LENGTH),
              new Entry(
                  MessageTypes.BACKEND_KEY_DATA, BackendKeyData.class, SMALL_BACKEND_MAX_LENGTH),
              new Entry(MessageTypes.BIND_COMPLETE, BindComplete.class, SMALL_BACKEND_MAX_LENGTH),
              new Entry(MessageTypes.CLOSE_COMPLETE, CloseComplete.class, SMALL_BACKEND_MAX_LENGTH),
              new Entry(
                  MessageTypes.COMMAND_COMPLETE, CommandComplete.class, SMALL_BACKEND_MAX_LENGTH),
              new Entry(
                  MessageTypes.COPY_BOTH_RESPONSE,
                  CopyBothResponse.class,
                  SMALL_BACKEND_MAX_LENGTH),
              new Entry(MessageTypes.COPY_DATA, CopyData.class, LARGE_BACKEND_MAX_LENGTH),
              new Entry(MessageTypes.COPY_DONE, CopyDone.class, SMALL_BACKEND_MAX_LENGTH),
              new Entry(
                  MessageTypes.COPY_IN_RESPONSE, CopyInResponse.class, SMALL_BACKEND_MAX_LENGTH),
              new Entry(
                  MessageTypes.COPY_OUT_RESPONSE, CopyOutResponse.class, SMALL_BACKEND_MAX_LENGTH),
              new Entry(MessageTypes.DATA_ROW, DataRow.class, LARGE_BACKEND_MAX_LENGTH),
              new Entry(
                  MessageTypes.EMPTY_QUERY_RESPONSE,
                  EmptyQueryResponse.class,
                  SMALL_BACKEND_MAX_LENGTH),
              new Entry(MessageTypes.ERROR_RESPONSE, ErrorResponse.class, LARGE_BACKEND_MAX_LENGTH),
              new Entry(
                  MessageTypes.FUNCTION_CALL_RESPONSE,
                  FunctionCallResponse.class,
                  LARGE_BACKEND_MAX_LENGTH),
              new Entry(
                  MessageTypes.NEGOTIATE_PROTOCOL_VERSION,
                  NegotiateProtocolVersion.class,
                  AUTHENTICATION_REQUEST_MAX_LENGTH),
              new Entry(MessageTypes.NO_DATA, NoData.class, SMALL_BACKEND_MAX_LENGTH),
              new Entry(
                  MessageTypes.NOTICE_RESPONSE, NoticeResponse.class, LARGE_BACKEND_MAX_LENGTH),
              new Entry(
                  MessageTypes.NOTIFICATION_RESPONSE,
                  NotificationResponse.class,
                  LARGE_BACKEND_MAX_LENGTH),
              new Entry(
                  MessageTypes.PARAMETER_DESCRIPTION,
                  ParameterDescription.class,
                  LARGE_BACKEND_MAX_LENGTH),
              new Entry(
                  MessageTypes.PARAMETER_STATUS, ParameterStatus.class, LARGE_BACKEND_MAX_LENGTH),
              new Entry(MessageTypes.PARSE_COMPLETE, ParseComplete.class, SMALL_BACKEND_MAX_LENGTH),
              new Entry(
                  MessageTypes.PORTAL_SUSPENDED, PortalSuspended.class, SMALL_BACKEND_MAX_LENGTH),
              new Entry(
                  MessageTypes.READY_FOR_QUERY, ReadyForQuery.class, SMALL_BACKEND_MAX_LENGTH),
              new Entry(
                  MessageTypes.ROW_DESCRIPTION, RowDescription.class, LARGE_BACKEND_MAX_LENGTH)));

  private final List<Entry> entries;
  private final @Nullable String[] names = new @Nullable String[256];
  private final int[] maxLengths = new int[256];

  private TypeTable(List<Entry> entries) {
    this.entries = entries;
    for (Entry entry : entries) {
      names[entry.type & 0xFF] = entry.message.getSimpleName();
      maxLengths[entry.type & 0xFF] = entry.maxLength;
    }
  }

  TypeSet types(Class<? extends Message> wanted) {
    TypeSet types = TypeSet.EMPTY;
    for (Entry entry : entries) {
      if (wanted.isAssignableFrom(entry.message) || entry.message.isAssignableFrom(wanted)) {
        types = types.union(TypeSet.of(entry.type));
      }
    }
    return types;
  }

  String name(byte type) {
    String name = names[type & 0xFF];
    return name == null ? Integer.toString(type & 0xFF) : name;
  }

  /** Including the length word; 0 for a type that there is not. */
  int maxLength(byte type) {
    return maxLengths[type & 0xFF];
  }

  boolean allows(byte type, int length) {
    return length >= MESSAGE_MIN_LENGTH && length <= maxLengths[type & 0xFF];
  }
}
