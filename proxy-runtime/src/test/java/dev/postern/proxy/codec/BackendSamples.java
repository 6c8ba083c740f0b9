package dev.postern.proxy.codec;

import static dev.postern.proxy.codec.Samples.secret;
import static dev.postern.proxy.codec.Wire.message;

import dev.postern.api.Bytes;
import dev.postern.api.SqlState;
import dev.postern.api.message.AuthenticationCleartextPassword;
import dev.postern.api.message.AuthenticationGSS;
import dev.postern.api.message.AuthenticationGSSContinue;
import dev.postern.api.message.AuthenticationKerberosV5;
import dev.postern.api.message.AuthenticationMD5Password;
import dev.postern.api.message.AuthenticationOk;
import dev.postern.api.message.AuthenticationSASL;
import dev.postern.api.message.AuthenticationSASLContinue;
import dev.postern.api.message.AuthenticationSASLFinal;
import dev.postern.api.message.AuthenticationSSPI;
import dev.postern.api.message.BackendKeyData;
import dev.postern.api.message.BackendMessage;
import dev.postern.api.message.BindComplete;
import dev.postern.api.message.CloseComplete;
import dev.postern.api.message.CommandComplete;
import dev.postern.api.message.CopyBothResponse;
import dev.postern.api.message.CopyInResponse;
import dev.postern.api.message.CopyOutResponse;
import dev.postern.api.message.DataRow;
import dev.postern.api.message.EmptyQueryResponse;
import dev.postern.api.message.ErrorResponse;
import dev.postern.api.message.FieldDescription;
import dev.postern.api.message.Format;
import dev.postern.api.message.FunctionCallResponse;
import dev.postern.api.message.NegotiateProtocolVersion;
import dev.postern.api.message.NoData;
import dev.postern.api.message.NoticeResponse;
import dev.postern.api.message.NotificationResponse;
import dev.postern.api.message.ParameterDescription;
import dev.postern.api.message.ParameterStatus;
import dev.postern.api.message.ParseComplete;
import dev.postern.api.message.PortalSuspended;
import dev.postern.api.message.ProtocolVersion;
import dev.postern.api.message.ReadyForQuery;
import dev.postern.api.message.RowDescription;
import dev.postern.api.message.TransactionStatus;
import java.util.Arrays;
import java.util.List;

/** Every message of a server, with its bytes as the chapter "Message Formats" gives them. */
final class BackendSamples {
  static final List<Sample<? extends BackendMessage>> ALL =
      List.of(
          Sample.of(new AuthenticationOk(), message('R').int32(8).int32(0)),
          Sample.of(new AuthenticationKerberosV5(), message('R').int32(8).int32(2)),
          Sample.of(new AuthenticationCleartextPassword(), message('R').int32(8).int32(3)),
          Sample.of(
              new AuthenticationMD5Password(Bytes.wrap(new byte[] {1, 2, 3, 4})),
              message('R').int32(12).int32(5).bytes(1, 2, 3, 4)),
          Sample.of(new AuthenticationGSS(), message('R').int32(8).int32(7)),
          Sample.openEnded(
              new AuthenticationGSSContinue(Bytes.utf8("token")),
              message('R').int32(13).int32(8).bytes("token")),
          Sample.of(new AuthenticationSSPI(), message('R').int32(8).int32(9)),
          Sample.of(
              new AuthenticationSASL(List.of("SCRAM-SHA-256-PLUS", "SCRAM-SHA-256")),
              message('R')
                  .int32(42)
                  .int32(10)
                  .text("SCRAM-SHA-256-PLUS")
                  .text("SCRAM-SHA-256")
                  .byte1(0)),
          Sample.openEnded(
              new AuthenticationSASLContinue(Bytes.utf8("r=x,s=y,i=1")),
              message('R').int32(19).int32(11).bytes("r=x,s=y,i=1")),
          Sample.openEnded(
              new AuthenticationSASLFinal(Bytes.utf8("v=z")),
              message('R').int32(11).int32(12).bytes("v=z")),
          Sample.openEnded(
              new BackendKeyData(4711, secret("key!")),
              message('K').int32(12).int32(4711).bytes("key!")),
          Sample.of(new BindComplete(), message('2').int32(4)),
          Sample.of(new CloseComplete(), message('3').int32(4)),
          Sample.of(new CommandComplete("INSERT 0 1"), message('C').int32(15).text("INSERT 0 1")),
          Sample.of(
              new CopyBothResponse(Format.TEXT, List.of()),
              message('W').int32(7).byte1(0).int16(0)),
          Sample.of(
              new CopyInResponse(Format.BINARY, List.of(Format.BINARY)),
              message('G').int32(9).byte1(1).int16(1).int16(1)),
          Sample.of(
              new CopyOutResponse(Format.TEXT, List.of(Format.TEXT, Format.TEXT)),
              message('H').int32(11).byte1(0).int16(2).int16(0).int16(0)),
          Sample.of(
              new DataRow(Arrays.asList(Bytes.utf8("one"), null, Bytes.EMPTY)),
              message('D').int32(21).int16(3).int32(3).bytes("one").int32(-1).int32(0)),
          Sample.of(new DataRow(List.of()), message('D').int32(6).int16(0)),
          Sample.of(new EmptyQueryResponse(), message('I').int32(4)),
          Sample.of(
              ErrorResponse.error(SqlState.QUERY_CANCELED, "stop"),
              message('E')
                  .int32(32)
                  .byte1('S')
                  .text("ERROR")
                  .byte1('V')
                  .text("ERROR")
                  .byte1('C')
                  .text("57014")
                  .byte1('M')
                  .text("stop")
                  .byte1(0)),
          Sample.of(
              new FunctionCallResponse(Bytes.utf8("x")), message('V').int32(9).int32(1).bytes("x")),
          Sample.of(new FunctionCallResponse(null), message('V').int32(8).int32(-1)),
          Sample.of(
              new NegotiateProtocolVersion(ProtocolVersion.V3_0, List.of("_pq_.a", "_pq_.b")),
              message('v').int32(26).int32(196608).int32(2).text("_pq_.a").text("_pq_.b")),
          Sample.of(new NoData(), message('n').int32(4)),
          Sample.of(
              NoticeResponse.notice(new SqlState("00000"), "so"),
              message('N')
                  .int32(32)
                  .byte1('S')
                  .text("NOTICE")
                  .byte1('V')
                  .text("NOTICE")
                  .byte1('C')
                  .text("00000")
                  .byte1('M')
                  .text("so")
                  .byte1(0)),
          Sample.of(
              new NotificationResponse(4711, "jobs", "17"),
              message('A').int32(16).int32(4711).text("jobs").text("17")),
          Sample.of(
              new ParameterDescription(List.of(23, 25)),
              message('t').int32(14).int16(2).int32(23).int32(25)),
          Sample.of(
              new ParameterStatus("client_encoding", "UTF8"),
              message('S').int32(25).text("client_encoding").text("UTF8")),
          Sample.of(new ParseComplete(), message('1').int32(4)),
          Sample.of(new PortalSuspended(), message('s').int32(4)),
          Sample.of(new ReadyForQuery(TransactionStatus.IDLE), message('Z').int32(5).byte1('I')),
          Sample.of(
              new ReadyForQuery(TransactionStatus.IN_TRANSACTION),
              message('Z').int32(5).byte1('T')),
          Sample.of(new ReadyForQuery(TransactionStatus.FAILED), message('Z').int32(5).byte1('E')),
          Sample.of(
              new RowDescription(
                  List.of(
                      new FieldDescription(
                          "id", 16385, (short) 1, 23, (short) 4, -1, Format.TEXT))),
              message('T')
                  .int32(27)
                  .int16(1)
                  .text("id")
                  .int32(16385)
                  .int16(1)
                  .int32(23)
                  .int16(4)
                  .int32(-1)
                  .int16(0)));

  private BackendSamples() {}
}
