package dev.postern.proxy.codec;

import static dev.postern.proxy.codec.Wire.untyped;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.postern.api.SqlState;
import dev.postern.api.message.CancelRequest;
import dev.postern.api.message.ProtocolVersion;
import dev.postern.api.message.SSLRequest;
import dev.postern.api.message.StartupMessage;
import dev.postern.api.message.StartupPacket;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Map;
import org.assertj.core.api.ThrowableAssertAlternative;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class StartupPacketsTest {
  private static final int V3_0 = 3 << 16;
  private static final int SSL_REQUEST = 1234 << 16 | 5679;
  private static final int CANCEL_REQUEST = 1234 << 16 | 5678;

  @ParameterizedTest
  @CsvSource({"8, 4", "10000, 9996", "10004, 10000"})
  void allowsTheLengthsThatPostgresqlAllows(int length, int bodyLength) throws ProtocolException {
    assertThat(FrontendCodec.startupBodyLength(length)).isEqualTo(bodyLength);
  }

  @ParameterizedTest
  @ValueSource(ints = {7, 4, 0, -1, 10_005, 12_000, Integer.MAX_VALUE, Integer.MIN_VALUE})
  void refusesTheLengthsThatPostgresqlRefuses(int length) {
    assertThatExceptionOfType(ProtocolException.class)
        .isThrownBy(() -> FrontendCodec.startupBodyLength(length))
        .withMessage("startup packet length: " + length + " (expected: 8..10004 bytes)");
  }

  @Test
  void takesTheLastValueOfANameThatIsGivenTwice() throws ProtocolException {
    StartupPacket packet =
        decode(untyped().int32(V3_0).text("user").text("ann").text("user").text("bob").byte1(0));

    assertThat(packet).isEqualTo(new StartupMessage(ProtocolVersion.V3_0, Map.of("user", "bob")));
  }

  @Test
  void takesAStartupMessageWithoutParameters() throws ProtocolException {
    assertThat(decode(untyped().int32(V3_0).byte1(0)))
        .isEqualTo(new StartupMessage(ProtocolVersion.V3_0, Map.of()));
  }

  @Test
  void takesAMinorVersionThatIsNotYetThere() throws ProtocolException {
    assertThat(decode(untyped().int32(V3_0 | 9999).byte1(0)))
        .isEqualTo(new StartupMessage(new ProtocolVersion(3, 9999), Map.of()));
  }

  @ParameterizedTest
  @CsvSource({"131072, 2.0", "262144, 4.0", "0, 0.0", "-1, 65535.65535", "80877105, 1234.5681"})
  void refusesAnotherMajorVersionAsPostgresqlDoes(int code, String version) {
    assertThatRefused(untyped().int32(code).byte1(0))
        .withMessage("unsupported frontend protocol " + version + ": server supports 3.0 to 3.2")
        .satisfies(e -> assertThat(e.sqlState()).isEqualTo(SqlState.FEATURE_NOT_SUPPORTED));
  }

  @Test
  void refusesParametersWithoutTheirEnd() {
    assertThatRefused(untyped().int32(V3_0).text("user").text("ann"))
        .withMessage(
            "StartupMessage: parameter name without an end (expected: a zero byte within 0 bytes)");
  }

  @Test
  void refusesANameWithoutAValue() {
    assertThatRefused(untyped().int32(V3_0).text("user"))
        .withMessage(
            "StartupMessage: parameter value without an end (expected: a zero byte within 0 bytes)");
  }

  @Test
  void refusesAValueWithoutItsEnd() {
    assertThatRefused(untyped().int32(V3_0).text("user").bytes("ann"))
        .withMessage(
            "StartupMessage: parameter value without an end (expected: a zero byte within 3 bytes)");
  }

  @Test
  void refusesParametersBehindTheEnd() {
    assertThatRefused(
            untyped()
                .int32(V3_0)
                .text("user")
                .text("ann")
                .byte1(0)
                .text("database")
                .text("x")
                .byte1(0))
        .withMessage("StartupMessage: 12 bytes too many (expected: the end)");
  }

  @Test
  void refusesNamesThatAreNotUtf8SinceTheyCouldLookTheSame() {
    assertThatRefused(untyped().int32(V3_0).text("user").bytes(0xFF, 0).byte1(0))
        .withMessage("StartupMessage: parameter value that is not UTF-8 (expected: UTF-8)");
  }

  @Test
  void refusesOverlongUtf8() {
    assertThatRefused(untyped().int32(V3_0).text("user").bytes(0xC1, 0xA1, 0).byte1(0))
        .withMessage("StartupMessage: parameter value that is not UTF-8 (expected: UTF-8)");
  }

  @Test
  void refusesAnSslRequestWithSomethingBehindIt() {
    assertThatRefused(untyped().int32(SSL_REQUEST).byte1(0))
        .withMessage("SSLRequest: 1 bytes too many (expected: the end)");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3, 257})
  void refusesACancelKeyOfALengthThatNoProtocolHas(int length) {
    assertThatRefused(untyped().int32(CANCEL_REQUEST).int32(1).bytes("k".repeat(length)))
        .withMessage("CancelRequest: secret key of " + length + " bytes (expected: 4..256)");
  }

  @Test
  void readsAWholeByteOfEachCode() throws ProtocolException {
    assertThat(decode(untyped().bytes(0x04, 0xD2, 0x16, 0x2F))).isEqualTo(new SSLRequest());
  }

  @Test
  void doesNotEncodeAParameterWithoutAName() {
    assertThatNothingIsWritten(new StartupMessage(ProtocolVersion.V3_0, Map.of("", "x")));
  }

  @Test
  void doesNotEncodeAParameterThatHoldsItsOwnEnd() {
    assertThatNothingIsWritten(
        new StartupMessage(ProtocolVersion.V3_0, Map.of("user", "ann\0database\0x")));
  }

  @Test
  void doesNotEncodeMoreThanAServerTakes() {
    assertThatNothingIsWritten(
        new StartupMessage(ProtocolVersion.V3_0, Map.of("user", "u".repeat(10_000))));
  }

  @Test
  void doesNotEncodeACancelKeyThatIsTooLong() {
    assertThatNothingIsWritten(new CancelRequest(1, Samples.secret("k".repeat(257))));
  }

  private static void assertThatNothingIsWritten(StartupPacket packet) {
    ByteBuf out = Unpooled.buffer().writeByte(7);

    assertThatIllegalArgumentException().isThrownBy(() -> FrontendCodec.encode(packet, out));
    assertThat(out.readableBytes()).isEqualTo(1);
  }

  private static ThrowableAssertAlternative<ProtocolException> assertThatRefused(Wire body) {
    return assertThatExceptionOfType(ProtocolException.class).isThrownBy(() -> decode(body));
  }

  private static StartupPacket decode(Wire body) throws ProtocolException {
    return FrontendCodec.decodeStartup(Unpooled.wrappedBuffer(body.toByteArray()));
  }
}
