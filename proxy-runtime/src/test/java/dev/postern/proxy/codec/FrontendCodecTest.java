package dev.postern.proxy.codec;

import static dev.postern.proxy.codec.Wire.untyped;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.postern.api.Bytes;
import dev.postern.api.FailureKind;
import dev.postern.api.SqlState;
import dev.postern.api.message.AuthenticationCleartextPassword;
import dev.postern.api.message.AuthenticationOk;
import dev.postern.api.message.AuthenticationRequest;
import dev.postern.api.message.AuthenticationSASL;
import dev.postern.api.message.Bind;
import dev.postern.api.message.Format;
import dev.postern.api.message.FrontendMessage;
import dev.postern.api.message.PasswordMessage;
import dev.postern.api.message.Query;
import dev.postern.api.message.SASLInitialResponse;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Collections;
import java.util.List;
import org.assertj.core.api.ThrowableAssertAlternative;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class FrontendCodecTest {

  @Test
  void saysWhatIsWrongWithACountThatTheBodyCannotHold() {
    assertThatRefused('B', untyped().text("").text("").int16(0).int16(3).int32(-1).int16(0))
        .withMessage("Bind: parameter count 3 (expected: 0..1)");
  }

  @Test
  void saysWhatIsWrongWithALengthThatTheBodyCannotHold() {
    assertThatRefused(
            'B', untyped().text("").text("").int16(0).int16(1).int32(Integer.MAX_VALUE).int16(0))
        .withMessage("Bind: parameter of 2147483647 bytes (expected: -1..2)");
  }

  @Test
  void refusesALengthBelowThatOfNull() {
    assertThatRefused('B', untyped().text("").text("").int16(0).int16(1).int32(-2).int16(0))
        .withMessage("Bind: parameter of -2 bytes (expected: -1..2)");
  }

  @Test
  void readsCountsWithoutASign() throws ProtocolException {
    Wire wire = untyped().text("").text("").int16(0).int16(40_000);
    for (int i = 0; i < 40_000; i++) {
      wire.int32(-1);
    }

    FrontendMessage bind = FrontendCodec.decode(MessageTypes.BIND, body(wire.int16(0)));

    assertThat(((Bind) bind).parameters()).hasSize(40_000).containsOnlyNulls();
  }

  @Test
  void keepsFormatCodesThatAreReserved() throws ProtocolException {
    FrontendMessage bind =
        FrontendCodec.decode(
            MessageTypes.BIND,
            body(untyped().text("").text("").int16(1).int16(7).int16(0).int16(0)));

    assertThat(((Bind) bind).parameterFormats()).containsExactly(new Format((short) 7));
  }

  @Test
  void refusesTextWithoutItsEnd() {
    assertThatRefused('Q', untyped().bytes("select 1"))
        .withMessage("Query: query without an end (expected: a zero byte within 8 bytes)");
  }

  @Test
  void refusesASecondQueryInOneMessage() {
    assertThatRefused('Q', untyped().text("select 1").text("drop table t"))
        .withMessage("Query: 13 bytes too many (expected: the end)");
  }

  @Test
  void refusesATargetThatIsNeitherStatementNorPortal() {
    assertThatRefused('D', untyped().byte1('X').text(""))
        .withMessage("Describe: target 88 (expected: S or P)");
  }

  @ParameterizedTest
  @ValueSource(bytes = {0, 'p', 'R', 'Z', 'a', (byte) 0xFF})
  void refusesTypesThatALoggedInClientCannotSend(byte type) {
    assertThatExceptionOfType(ProtocolException.class)
        .isThrownBy(() -> FrontendCodec.bodyLength(type, 4))
        .withMessage("invalid frontend message type " + (type & 0xFF));
    assertThatExceptionOfType(ProtocolException.class)
        .isThrownBy(() -> FrontendCodec.decode(type, Unpooled.EMPTY_BUFFER))
        .withMessage("invalid frontend message type " + (type & 0xFF));
  }

  @ParameterizedTest
  @CsvSource({
    "Q, 4, 0",
    "Q, 1073741822, 1073741818",
    "d, 1073741822, 1073741818",
    "S, 4, 0",
    "S, 10000, 9996"
  })
  void allowsTheLengthsThatPostgresqlAllows(char type, int length, int bodyLength)
      throws ProtocolException {
    assertThat(FrontendCodec.bodyLength((byte) type, length)).isEqualTo(bodyLength);
  }

  @ParameterizedTest
  @CsvSource({
    "Q, 3",
    "Q, 0",
    "Q, -1",
    "Q, -2147483648",
    "Q, 1073741823",
    "Q, 2147483647",
    "S, 3",
    "S, 10001",
    "E, 10001",
    "X, 10485760"
  })
  void refusesTheLengthsThatPostgresqlRefuses(char type, int length) {
    assertThatExceptionOfType(ProtocolException.class)
        .isThrownBy(() -> FrontendCodec.bodyLength((byte) type, length))
        .withMessageContaining("length: " + length + " (expected: 4..");
  }

  @Test
  void saysWhichLengthWasWrong() {
    assertThatExceptionOfType(ProtocolException.class)
        .isThrownBy(() -> FrontendCodec.bodyLength(MessageTypes.SYNC, 10_485_760))
        .withMessage("Sync length: 10485760 (expected: 4..10000 bytes)");
  }

  @Test
  void tellsTheClientWhatItDidWrong() {
    assertThatExceptionOfType(ProtocolException.class)
        .isThrownBy(() -> FrontendCodec.bodyLength(MessageTypes.SYNC, 3))
        .satisfies(e -> assertThat(e.sqlState()).isEqualTo(SqlState.PROTOCOL_VIOLATION))
        .satisfies(e -> assertThat(e.kind()).isEqualTo(FailureKind.CLIENT))
        .satisfies(e -> assertThat(e.clientMessage()).isEqualTo(e.getMessage()));
  }

  @Test
  void boundsTheAnswerToAnAuthenticationRequest() throws ProtocolException {
    byte type = MessageTypes.AUTHENTICATION_RESPONSE;
    AuthenticationRequest sasl = new AuthenticationSASL(List.of("SCRAM-SHA-256"));
    AuthenticationRequest password = new AuthenticationCleartextPassword();

    assertThat(FrontendCodec.authenticationResponseLength(type, 1_024, sasl)).isEqualTo(1_020);
    assertThat(FrontendCodec.authenticationResponseLength(type, 65_535, password))
        .isEqualTo(65_531);
    assertThatExceptionOfType(ProtocolException.class)
        .isThrownBy(() -> FrontendCodec.authenticationResponseLength(type, 1_025, sasl))
        .withMessage("authentication response length: 1025 (expected: 4..1024 bytes)");
    assertThatExceptionOfType(ProtocolException.class)
        .isThrownBy(() -> FrontendCodec.authenticationResponseLength(type, 3, password));
  }

  @ParameterizedTest
  @ValueSource(chars = {'Q', 'S', 'X', 'R'})
  void refusesOtherMessagesWhileItWaitsForAnAnswer(char type) {
    assertThatExceptionOfType(ProtocolException.class)
        .isThrownBy(
            () ->
                FrontendCodec.authenticationResponseLength(
                    (byte) type, 4, new AuthenticationCleartextPassword()))
        .withMessage("message type " + (int) type + " during authentication (expected: 112)");
  }

  @Test
  void refusesAnAnswerThatNobodyAskedFor() {
    assertThatExceptionOfType(ProtocolException.class)
        .isThrownBy(
            () ->
                FrontendCodec.decodeAuthenticationResponse(
                    body(untyped().text("x")), new AuthenticationOk()));
  }

  @ParameterizedTest
  @ValueSource(ints = {-5, -2, 1, Integer.MAX_VALUE, Integer.MIN_VALUE})
  void refusesASaslInitialResponseWithAFalseLength(int length) {
    assertThatExceptionOfType(ProtocolException.class)
        .isThrownBy(
            () ->
                FrontendCodec.decodeAuthenticationResponse(
                    body(untyped().text("SCRAM-SHA-256").int32(length)),
                    new AuthenticationSASL(List.of())))
        .withMessage("SASLInitialResponse: response of " + length + " bytes (expected: -1..0)");
  }

  @Test
  void tellsAnEmptySaslResponseFromNone() throws ProtocolException {
    assertThat(
            FrontendCodec.decodeAuthenticationResponse(
                body(untyped().text("EXTERNAL").int32(0)),
                new AuthenticationSASL(List.of("EXTERNAL"))))
        .isEqualTo(new SASLInitialResponse("EXTERNAL", Bytes.EMPTY));
  }

  @Test
  void wipesThePasswordFromTheBuffer() throws ProtocolException {
    ByteBuf body = Unpooled.buffer().writeBytes(untyped().text("open sesame").toByteArray());

    FrontendCodec.decodeAuthenticationResponse(body, new AuthenticationCleartextPassword());

    assertThat(body.array()).containsOnly(0);
  }

  @Test
  void wipesAPasswordThatItRefuses() {
    ByteBuf body =
        Unpooled.buffer(8, 8).writeBytes(untyped().text("secret").byte1('x').toByteArray());

    assertThatExceptionOfType(ProtocolException.class)
        .isThrownBy(
            () ->
                FrontendCodec.decodeAuthenticationResponse(
                    body, new AuthenticationCleartextPassword()));
    assertThat(body.array()).containsExactly(0, 0, 0, 0, 0, 0, 0, 'x');
  }

  @ParameterizedTest
  @ValueSource(strings = {"\0", "a\0", "select 1\0drop"})
  void doesNotEncodeTextThatHoldsItsOwnEnd(String sql) {
    assertThatNothingIsWritten(new Query(sql));
  }

  @Test
  void doesNotEncodeAPasswordThatHoldsItsOwnEnd() {
    assertThatNothingIsWritten(new PasswordMessage(Samples.secret("a\0b")));
  }

  @Test
  void doesNotEncodeMoreParametersThanACountCanSay() {
    List<@Nullable Bytes> parameters = Collections.nCopies(65_536, Bytes.EMPTY);

    assertThatNothingIsWritten(new Bind("", "", List.of(), parameters, List.of()));
  }

  private static void assertThatNothingIsWritten(FrontendMessage message) {
    ByteBuf out = Unpooled.buffer().writeByte(7);

    assertThatIllegalArgumentException().isThrownBy(() -> FrontendCodec.encode(message, out));
    assertThat(out.readableBytes()).isEqualTo(1);
  }

  private static ThrowableAssertAlternative<ProtocolException> assertThatRefused(
      char type, Wire body) {
    return assertThatExceptionOfType(ProtocolException.class)
        .isThrownBy(() -> FrontendCodec.decode((byte) type, body(body)));
  }

  private static ByteBuf body(Wire wire) {
    return Unpooled.wrappedBuffer(wire.toByteArray());
  }
}
