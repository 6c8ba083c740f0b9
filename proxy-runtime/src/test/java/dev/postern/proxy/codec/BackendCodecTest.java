package dev.postern.proxy.codec;

import static dev.postern.proxy.codec.Wire.untyped;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.postern.api.FailureKind;
import dev.postern.api.message.AuthenticationSASL;
import dev.postern.api.message.BackendKeyData;
import dev.postern.api.message.BackendMessage;
import dev.postern.api.message.CopyInResponse;
import dev.postern.api.message.ErrorResponse;
import dev.postern.api.message.Format;
import dev.postern.api.message.NegotiateProtocolVersion;
import dev.postern.api.message.ProtocolVersion;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssertAlternative;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class BackendCodecTest {

  @Test
  void saysWhatIsWrongWithAColumnThatTheRowCannotHold() {
    assertThatRefused('D', untyped().int16(1).int32(500_000_000))
        .withMessage("DataRow: column of 500000000 bytes (expected: -1..0)");
  }

  @Test
  void saysWhatIsWrongWithAFieldCountThatTheBodyCannotHold() {
    assertThatRefused('T', untyped().int16(65_535).text("id"))
        .withMessage("RowDescription: field count 65535 (expected: 0..0)");
  }

  @Test
  void refusesATransactionStatusThatThereIsNot() {
    assertThatRefused('Z', untyped().byte1('X'))
        .withMessage("ReadyForQuery: status 88 (expected: I, T or E)");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4, 6, 13, -1})
  void refusesAnAuthenticationCodeThatThereIsNot(int code) {
    assertThatRefused('R', untyped().int32(code))
        .withMessage("AuthenticationRequest: code " + code + " (expected: 0, 2, 3, 5 or 7..12)");
  }

  @Test
  void takesAnErrorWithoutASqlState() throws ProtocolException {
    BackendMessage error = decode('E', untyped().byte1('M').text("oops").byte1(0));

    assertThat(error)
        .isInstanceOfSatisfying(
            ErrorResponse.class,
            response -> {
              assertThat(response.sqlState()).isNull();
              assertThat(response.severity()).isNull();
              assertThat(response.message()).isEqualTo("oops");
            });
  }

  @Test
  void takesAnErrorWithoutAnyField() throws ProtocolException {
    assertThat(decode('E', untyped().byte1(0))).isEqualTo(new ErrorResponse(Map.of()));
  }

  @Test
  void keepsFieldsOfAnErrorThatItDoesNotKnow() throws ProtocolException {
    assertThat(decode('N', untyped().byte1(0xE9).text("new").byte1(0)))
        .extracting("fields")
        .isEqualTo(Map.of('\u00E9', "new"));
  }

  @Test
  void refusesAnErrorWithoutItsEnd() {
    assertThatRefused('E', untyped().byte1('M').text("oops"))
        .withMessage("ErrorResponse: field code cut off after 0 bytes (expected: 1)");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3, 257})
  void refusesASecretKeyOfALengthThatNoProtocolHas(int length) {
    assertThatRefused('K', untyped().int32(1).bytes("k".repeat(length)))
        .withMessage("BackendKeyData: secret key of " + length + " bytes (expected: 4..256)");
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 32, 256})
  void takesASecretKeyAsLongAsProtocol32Allows(int length) throws ProtocolException {
    assertThat(decode('K', untyped().int32(1).bytes("k".repeat(length))))
        .isEqualTo(new BackendKeyData(1, Samples.secret("k".repeat(length))));
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 2, Integer.MAX_VALUE})
  void refusesAnOptionCountThatTheBodyCannotHold(int count) {
    assertThatRefused('v', untyped().int32(196_608).int32(count).text(""))
        .withMessage("NegotiateProtocolVersion: option count " + count + " (expected: 0..1)");
  }

  @Test
  void takesAVersionOfWhichOnlyTheMinorPartWasSent() throws ProtocolException {
    assertThat(decode('v', untyped().int32(2).int32(0)))
        .isEqualTo(new NegotiateProtocolVersion(new ProtocolVersion(0, 2), List.of()));
  }

  @Test
  void takesTheMechanismsOfNoServer() throws ProtocolException {
    assertThat(decode('R', untyped().int32(10).byte1(0)))
        .isEqualTo(new AuthenticationSASL(List.of()));
  }

  @ParameterizedTest
  @ValueSource(bytes = {0, 'Q', 'p', 'x', (byte) 0x80})
  void refusesTypesThatAServerCannotSend(byte type) {
    assertThatExceptionOfType(ProtocolException.class)
        .isThrownBy(() -> BackendCodec.bodyLength(type, 4))
        .withMessage("invalid backend message type " + (type & 0xFF));
    assertThatExceptionOfType(ProtocolException.class)
        .isThrownBy(() -> BackendCodec.decode(type, Unpooled.EMPTY_BUFFER))
        .withMessage("invalid backend message type " + (type & 0xFF));
  }

  @ParameterizedTest
  @CsvSource({"D, 2147483647", "d, 1073741827", "E, 65536", "t, 262146", "Z, 5", "R, 2000"})
  void allowsTheLengthsThatClientsAllow(char type, int length) throws ProtocolException {
    assertThat(BackendCodec.bodyLength((byte) type, length)).isEqualTo(length - 4);
  }

  @ParameterizedTest
  @CsvSource({"D, 3", "D, -1", "d, -2147483648", "Z, 30001", "C, 30001", "R, 2001", "v, 2001"})
  void refusesTheLengthsThatLibpqRefuses(char type, int length) {
    assertThatExceptionOfType(ProtocolException.class)
        .isThrownBy(() -> BackendCodec.bodyLength((byte) type, length))
        .withMessageContaining("length: " + length + " (expected: 4..");
  }

  @Test
  void doesNotTellTheClientWhatTheServerDidWrong() {
    assertThatRefused('Z', untyped())
        .satisfies(e -> assertThat(e.kind()).isEqualTo(FailureKind.BACKEND))
        .satisfies(e -> assertThat(e.clientMessage()).isEqualTo("the server broke the protocol"));
  }

  @Test
  void doesNotEncodeAMechanismWithoutAName() {
    assertThatNothingIsWritten(new AuthenticationSASL(List.of("")));
  }

  @Test
  void doesNotEncodeAFieldCodeThatWouldEndTheError() {
    assertThatNothingIsWritten(new ErrorResponse(Map.of('\0', "x")));
  }

  @Test
  void doesNotEncodeAKeyThatIsTooShort() {
    assertThatNothingIsWritten(new BackendKeyData(1, Samples.secret("key")));
  }

  @Test
  void doesNotEncodeACopyFormatOfMoreThanAByte() {
    assertThatNothingIsWritten(new CopyInResponse(new Format((short) 256), List.of()));
  }

  private static void assertThatNothingIsWritten(BackendMessage message) {
    ByteBuf out = Unpooled.buffer().writeByte(7);

    assertThatIllegalArgumentException().isThrownBy(() -> BackendCodec.encode(message, out));
    assertThat(out.readableBytes()).isEqualTo(1);
  }

  private static ThrowableAssertAlternative<ProtocolException> assertThatRefused(
      char type, Wire body) {
    return assertThatExceptionOfType(ProtocolException.class).isThrownBy(() -> decode(type, body));
  }

  private static BackendMessage decode(char type, Wire body) throws ProtocolException {
    return BackendCodec.decode((byte) type, Unpooled.wrappedBuffer(body.toByteArray()));
  }
}
