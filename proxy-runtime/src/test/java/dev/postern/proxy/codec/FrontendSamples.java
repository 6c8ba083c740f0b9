package dev.postern.proxy.codec;

import static dev.postern.proxy.codec.Samples.secret;
import static dev.postern.proxy.codec.Wire.message;
import static dev.postern.proxy.codec.Wire.untyped;

import dev.postern.api.Bytes;
import dev.postern.api.message.AuthenticationCleartextPassword;
import dev.postern.api.message.AuthenticationGSS;
import dev.postern.api.message.AuthenticationGSSContinue;
import dev.postern.api.message.AuthenticationMD5Password;
import dev.postern.api.message.AuthenticationSASL;
import dev.postern.api.message.AuthenticationSASLContinue;
import dev.postern.api.message.AuthenticationSSPI;
import dev.postern.api.message.Bind;
import dev.postern.api.message.CancelRequest;
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
import dev.postern.api.message.GSSENCRequest;
import dev.postern.api.message.GSSResponse;
import dev.postern.api.message.Parse;
import dev.postern.api.message.PasswordMessage;
import dev.postern.api.message.ProtocolVersion;
import dev.postern.api.message.Query;
import dev.postern.api.message.SASLInitialResponse;
import dev.postern.api.message.SASLResponse;
import dev.postern.api.message.SSLRequest;
import dev.postern.api.message.StartupMessage;
import dev.postern.api.message.Sync;
import dev.postern.api.message.Target;
import dev.postern.api.message.Terminate;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Every message of a client, with its bytes as the chapter "Message Formats" gives them. */
final class FrontendSamples {
  static final List<Sample<? extends FrontendMessage>> ALL =
      List.of(
          Sample.of(
              new Bind(
                  "p",
                  "s",
                  List.of(Format.TEXT, Format.BINARY, Format.TEXT),
                  Arrays.asList(Bytes.utf8("7"), Bytes.wrap(new byte[] {0, 1}), null),
                  List.of(Format.BINARY)),
              message('B')
                  .int32(37)
                  .text("p")
                  .text("s")
                  .int16(3)
                  .int16(0)
                  .int16(1)
                  .int16(0)
                  .int16(3)
                  .int32(1)
                  .bytes("7")
                  .int32(2)
                  .bytes(0, 1)
                  .int32(-1)
                  .int16(1)
                  .int16(1)),
          Sample.of(
              new Bind("", "", List.of(), List.of(), List.of()),
              message('B').int32(12).text("").text("").int16(0).int16(0).int16(0)),
          Sample.of(new Close(Target.STATEMENT, "s1"), message('C').int32(8).byte1('S').text("s1")),
          Sample.of(new Close(Target.PORTAL, ""), message('C').int32(6).byte1('P').text("")),
          Sample.openEnded(
              new CopyData(Bytes.utf8("1\tone\n")), message('d').int32(10).bytes("1\tone\n")),
          Sample.openEnded(new CopyData(Bytes.EMPTY), message('d').int32(4)),
          Sample.of(new CopyDone(), message('c').int32(4)),
          Sample.of(new CopyFail("no more"), message('f').int32(12).text("no more")),
          Sample.of(
              new Describe(Target.STATEMENT, "s1"), message('D').int32(8).byte1('S').text("s1")),
          Sample.of(new Describe(Target.PORTAL, "p"), message('D').int32(7).byte1('P').text("p")),
          Sample.of(new Execute("p", 100), message('E').int32(10).text("p").int32(100)),
          Sample.of(new Flush(), message('H').int32(4)),
          Sample.of(
              new FunctionCall(
                  953,
                  List.of(Format.BINARY),
                  Arrays.asList(Bytes.wrap(new byte[] {0, 0, 0, 9}), null),
                  Format.BINARY),
              message('F')
                  .int32(28)
                  .int32(953)
                  .int16(1)
                  .int16(1)
                  .int16(2)
                  .int32(4)
                  .bytes(0, 0, 0, 9)
                  .int32(-1)
                  .int16(1)),
          Sample.of(
              new Parse("s1", "select $1, $2", List.of(23, 0)),
              message('P').int32(31).text("s1").text("select $1, $2").int16(2).int32(23).int32(0)),
          Sample.of(new Query("select 'ä€😀'"), message('Q').int32(23).text("select 'ä€😀'")),
          Sample.of(new Query(""), message('Q').int32(5).text("")),
          Sample.of(new Sync(), message('S').int32(4)),
          Sample.of(new Terminate(), message('X').int32(4)),
          Sample.openEnded(
                  new GSSResponse(Bytes.utf8("token")), message('p').int32(9).bytes("token"))
              .answering(new AuthenticationGSS()),
          Sample.openEnded(
                  new GSSResponse(Bytes.utf8("token")), message('p').int32(9).bytes("token"))
              .answering(new AuthenticationSSPI()),
          Sample.openEnded(
                  new GSSResponse(Bytes.utf8("token")), message('p').int32(9).bytes("token"))
              .answering(new AuthenticationGSSContinue(Bytes.EMPTY)),
          Sample.of(
                  new PasswordMessage(secret("open sesame")),
                  message('p').int32(16).text("open sesame"))
              .answering(new AuthenticationCleartextPassword()),
          Sample.of(new PasswordMessage(secret("md5f00")), message('p').int32(11).text("md5f00"))
              .answering(new AuthenticationMD5Password(Bytes.utf8("salt"))),
          Sample.of(
                  new SASLInitialResponse("SCRAM-SHA-256", Bytes.utf8("n,,n=,r=x")),
                  message('p').int32(31).text("SCRAM-SHA-256").int32(9).bytes("n,,n=,r=x"))
              .answering(new AuthenticationSASL(List.of("SCRAM-SHA-256"))),
          Sample.of(
                  new SASLInitialResponse("EXTERNAL", null),
                  message('p').int32(17).text("EXTERNAL").int32(-1))
              .answering(new AuthenticationSASL(List.of("EXTERNAL"))),
          Sample.openEnded(
                  new SASLResponse(Bytes.utf8("c=biws")), message('p').int32(10).bytes("c=biws"))
              .answering(new AuthenticationSASLContinue(Bytes.EMPTY)),
          Sample.of(new SSLRequest(), untyped().int32(8).int32(80877103)),
          Sample.of(new GSSENCRequest(), untyped().int32(8).int32(80877104)),
          Sample.openEnded(
              new CancelRequest(4711, secret("key!")),
              untyped().int32(16).int32(80877102).int32(4711).bytes("key!")),
          Sample.openEnded(
              new CancelRequest(4711, secret("k".repeat(256))),
              untyped().int32(268).int32(80877102).int32(4711).bytes("k".repeat(256))),
          Sample.of(
              new StartupMessage(
                  ProtocolVersion.V3_0, parameters("user", "ann", "database", "böse")),
              untyped()
                  .int32(33)
                  .int32(196608)
                  .text("user")
                  .text("ann")
                  .text("database")
                  .text("böse")
                  .byte1(0)),
          Sample.of(
              new StartupMessage(ProtocolVersion.V3_2, parameters("user", "ann", "_pq_.x", "")),
              untyped()
                  .int32(26)
                  .int32(196610)
                  .text("user")
                  .text("ann")
                  .text("_pq_.x")
                  .text("")
                  .byte1(0)));

  private FrontendSamples() {}

  private static Map<String, String> parameters(String... namesAndValues) {
    Map<String, String> parameters = new LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      parameters.put(namesAndValues[i], namesAndValues[i + 1]);
    }
    return parameters;
  }
}
