package dev.postern.plugins.recorder;

import dev.postern.api.Bytes;
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
import dev.postern.api.message.ErrorOrNotice;
import dev.postern.api.message.Execute;
import dev.postern.api.message.Flush;
import dev.postern.api.message.FunctionCall;
import dev.postern.api.message.FunctionCallResponse;
import dev.postern.api.message.Message;
import dev.postern.api.message.NegotiateProtocolVersion;
import dev.postern.api.message.NoData;
import dev.postern.api.message.NotificationResponse;
import dev.postern.api.message.ParameterDescription;
import dev.postern.api.message.ParameterStatus;
import dev.postern.api.message.Parse;
import dev.postern.api.message.ParseComplete;
import dev.postern.api.message.PortalSuspended;
import dev.postern.api.message.Query;
import dev.postern.api.message.ReadyForQuery;
import dev.postern.api.message.RowDescription;
import dev.postern.api.message.StartupPacket;
import dev.postern.api.message.Sync;
import dev.postern.api.message.Terminate;

/** What is written of each type of message. */
final class MessageFields {
  /** The fields of errors that can hold any value: message, detail, hint, where, internal query. */
  private static final String TEXTS = "MDHWq";

  private MessageFields() {}

  static void write(Message message, Fields fields) {
    switch (message) {
      case Query(var sql) -> fields.sql("sql", sql);
      case Parse(var statement, var sql, var types) ->
          fields.name("statement", statement).sql("sql", sql).oids("parameterTypes", types);
      case Bind(var portal, var statement, var formats, var values, var resultFormats) ->
          fields
              .name("portal", portal)
              .name("statement", statement)
              .formats("parameterFormats", formats)
              .bindValues("parameters", values)
              .formats("resultFormats", resultFormats);
      case Execute(var portal, var maxRows) ->
          fields.name("portal", portal).number("maxRows", maxRows);
      case Describe(var target, var name) -> fields.word("target", target).name("name", name);
      case Close(var target, var name) -> fields.word("target", target).name("name", name);
      case FunctionCall(var oid, var formats, var arguments, var resultFormat) ->
          fields
              .number("functionOid", Integer.toUnsignedLong(oid))
              .formats("argumentFormats", formats)
              .bindValues("arguments", arguments)
              .number("resultFormat", resultFormat.code());
      case CopyFail(var text) -> fields.errorText("message", text);
      case CopyData(var data) -> fields.rowValue("data", data);
      case RowDescription(var columns) -> fields.columns("fields", columns);
      case DataRow row -> fields.rowValues("columns", row.columns());
      case CommandComplete(var tag) -> fields.name("tag", tag);
      case ReadyForQuery(var status) -> fields.word("status", status);
      case ErrorOrNotice error -> error.fields().forEach((code, text) -> error(code, text, fields));
      case ParameterStatus(var name, var value) -> fields.name("name", name).name("value", value);
      case ParameterDescription(var types) -> fields.oids("parameterTypes", types);
      case NotificationResponse(var processId, var channel, var payload) ->
          fields
              .number("processId", processId)
              .name("channel", channel)
              .rowValue("payload", Bytes.utf8(payload));
      case FunctionCallResponse(var value) -> fields.rowValue("value", value);
      case CopyInResponse(var format, var formats) ->
          fields.number("format", format.code()).formats("columnFormats", formats);
      case CopyOutResponse(var format, var formats) ->
          fields.number("format", format.code()).formats("columnFormats", formats);
      case CopyBothResponse(var format, var formats) ->
          fields.number("format", format.code()).formats("columnFormats", formats);
      case BindComplete _,
          CloseComplete _,
          CopyDone _,
          EmptyQueryResponse _,
          Flush _,
          NoData _,
          ParseComplete _,
          PortalSuspended _,
          Sync _,
          Terminate _ -> {}
      // Messages of the login are never seen here; if they were, they would hold secrets.
      case StartupPacket _,
          AuthenticationRequest _,
          AuthenticationResponse _,
          BackendKeyData _,
          NegotiateProtocolVersion _ -> {}
    }
  }

  private static void error(char code, String text, Fields fields) {
    if (TEXTS.indexOf(code) >= 0) {
      fields.errorText(String.valueOf(code), text);
    } else {
      fields.name(String.valueOf(code), text);
    }
  }
}
