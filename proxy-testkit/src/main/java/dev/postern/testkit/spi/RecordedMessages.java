package dev.postern.testkit.spi;

import dev.postern.api.Bytes;
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
import dev.postern.api.message.Target;
import dev.postern.api.message.Terminate;
import dev.postern.api.message.TransactionStatus;
import dev.postern.proxy.recording.RecordedEvent;
import java.util.Objects;

/** Makes of what was recorded the message that it was, as far as it was recorded. */
final class RecordedMessages {
  private RecordedMessages() {}

  /**
   * The message.
   *
   * @throws IllegalArgumentException if it is of no known type, or lacks a field
   */
  static Message of(RecordedEvent.Message recorded) {
    RecordedFields fields = new RecordedFields(recorded);
    return switch (recorded.type()) {
      case "Query" -> new Query(fields.text("sql"));
      case "Parse" ->
          new Parse(fields.text("statement"), fields.text("sql"), fields.oids("parameterTypes"));
      case "Bind" ->
          new Bind(
              fields.text("portal"),
              fields.text("statement"),
              fields.formats("parameterFormats"),
              fields.values("parameters"),
              fields.formats("resultFormats"));
      case "Execute" -> new Execute(fields.text("portal"), fields.number("maxRows"));
      case "Describe" -> new Describe(fields.word("target", Target.class), fields.text("name"));
      case "Close" -> new Close(fields.word("target", Target.class), fields.text("name"));
      case "FunctionCall" ->
          new FunctionCall(
              fields.number("functionOid"),
              fields.formats("argumentFormats"),
              fields.values("arguments"),
              fields.format("resultFormat"));
      case "CopyFail" -> new CopyFail(fields.text("message"));
      case "CopyData" ->
          new CopyData(Objects.requireNonNullElse(fields.value("data"), Bytes.EMPTY));
      case "RowDescription" -> new RowDescription(fields.columns("fields"));
      case "DataRow" -> new DataRow(fields.values("columns"));
      case "CommandComplete" -> new CommandComplete(fields.text("tag"));
      case "ReadyForQuery" -> new ReadyForQuery(fields.word("status", TransactionStatus.class));
      case "ErrorResponse" -> new ErrorResponse(fields.errorFields());
      case "NoticeResponse" -> new NoticeResponse(fields.errorFields());
      case "ParameterStatus" -> new ParameterStatus(fields.text("name"), fields.text("value"));
      case "ParameterDescription" -> new ParameterDescription(fields.oids("parameterTypes"));
      case "NotificationResponse" ->
          new NotificationResponse(
              fields.number("processId"),
              fields.text("channel"),
              Objects.requireNonNullElse(fields.value("payload"), Bytes.EMPTY).toUtf8());
      case "FunctionCallResponse" -> new FunctionCallResponse(fields.value("value"));
      case "CopyInResponse" ->
          new CopyInResponse(fields.format("format"), fields.formats("columnFormats"));
      case "CopyOutResponse" ->
          new CopyOutResponse(fields.format("format"), fields.formats("columnFormats"));
      case "CopyBothResponse" ->
          new CopyBothResponse(fields.format("format"), fields.formats("columnFormats"));
      case "BindComplete" -> new BindComplete();
      case "CloseComplete" -> new CloseComplete();
      case "CopyDone" -> new CopyDone();
      case "EmptyQueryResponse" -> new EmptyQueryResponse();
      case "Flush" -> new Flush();
      case "NoData" -> new NoData();
      case "ParseComplete" -> new ParseComplete();
      case "PortalSuspended" -> new PortalSuspended();
      case "Sync" -> new Sync();
      case "Terminate" -> new Terminate();
      default ->
          throw new IllegalArgumentException("a recorded message of the type " + recorded.type());
    };
  }
}
