package dev.postern.proxy.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is read where it lies is what is decoded, and nothing else. */
final class InPlaceTest {
  private static final int BEFORE = 3;

  @ParameterizedTest
  @ValueSource(strings = {"\0", "select 1\0", "select 'ä漢😀'\0"})
  void aQueryIsReadWhereItLies(String body) throws Exception {
    ByteBuf bytes = amidst(body);

    assertThat(FrontendCodec.queryAt(bytes, BEFORE, length(body)))
        .isEqualTo(FrontendCodec.decode(MessageTypes.QUERY, alone(body)));
    assertThat(bytes.readerIndex()).isZero();
    assertThat(bytes.isWritable()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "select 1", "\0\0", "select 1\0\0", "select 1\0x\0"})
  void whatIsNoQueryIsNotReadAndNotDecoded(String body) {
    assertThat(FrontendCodec.queryAt(amidst(body), BEFORE, length(body))).isNull();
    assertThatExceptionOfType(ProtocolException.class)
        .isThrownBy(() -> FrontendCodec.decode(MessageTypes.QUERY, alone(body)));
  }

  @Test
  void eachReadyForQueryIsReadOrRefusedAsWhereItIsDecoded() throws Exception {
    for (int status = 0; status < 128; status++) {
      String body = Character.toString(status);
      if ("ITE".contains(body)) {
        assertThat(BackendCodec.readyForQueryAt(amidst(body), BEFORE, 1))
            .isEqualTo(BackendCodec.decode(MessageTypes.READY_FOR_QUERY, alone(body)));
      } else {
        assertThat(BackendCodec.readyForQueryAt(amidst(body), BEFORE, 1)).isNull();
        assertThatExceptionOfType(ProtocolException.class)
            .isThrownBy(() -> BackendCodec.decode(MessageTypes.READY_FOR_QUERY, alone(body)));
      }
    }
    assertThat(BackendCodec.readyForQueryAt(amidst("II"), BEFORE, 2)).isNull();
    assertThat(BackendCodec.readyForQueryAt(amidst(""), BEFORE, 0)).isNull();
  }

  private static int length(String body) {
    return body.getBytes(StandardCharsets.UTF_8).length;
  }

  private static ByteBuf alone(String body) {
    return Unpooled.wrappedBuffer(body.getBytes(StandardCharsets.UTF_8));
  }

  private static ByteBuf amidst(String body) {
    return alone("abc" + body + "I\0");
  }
}
