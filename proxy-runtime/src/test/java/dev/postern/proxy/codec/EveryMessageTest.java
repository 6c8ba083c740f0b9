package dev.postern.proxy.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.postern.api.message.Message;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds of every message, shown on a sample of each. */
final class EveryMessageTest {
  static List<Sample<? extends Message>> samples() {
    return Samples.all();
  }

  @Test
  void hasASample() {
    Set<Class<?>> sampled =
        samples().stream().map(s -> s.message().getClass()).collect(Collectors.toSet());

    assertThat(sampled).containsAll(messages(Message.class).toList());
  }

  private static Stream<Class<?>> messages(Class<?> type) {
    return type.getPermittedSubclasses() == null
        ? Stream.of(type)
        : Arrays.stream(type.getPermittedSubclasses()).flatMap(EveryMessageTest::messages);
  }

  @ParameterizedTest
  @MethodSource("samples")
  void isEncodedAsTheChapterSays(Sample<?> sample) {
    ByteBuf out = Unpooled.buffer();

    sample.encode(out);

    assertThat(ByteBufUtil.getBytes(out)).containsExactly(sample.wire().toByteArray());
  }

  @ParameterizedTest
  @MethodSource("samples")
  void isEncodedIntoADirectBufferToo(Sample<?> sample) {
    ByteBuf out = UnpooledByteBufAllocator.DEFAULT.directBuffer(1);
    try {
      sample.encode(out);

      assertThat(ByteBufUtil.getBytes(out)).containsExactly(sample.wire().toByteArray());
    } finally {
      out.release();
    }
  }

  @ParameterizedTest
  @MethodSource("samples")
  void isEncodedBehindWhatIsThere(Sample<?> sample) {
    CompositeByteBuf out = Unpooled.compositeBuffer();
    out.addComponents(true, Unpooled.buffer(1).writeByte(7), Unpooled.buffer(2).writeByte(7));
    try {
      sample.encode(out);

      assertThat(ByteBufUtil.getBytes(out.skipBytes(2)))
          .containsExactly(sample.wire().toByteArray());
    } finally {
      out.release();
    }
  }

  @ParameterizedTest
  @MethodSource("samples")
  void isDecodedFromWhatTheChapterSays(Sample<?> sample) throws ProtocolException {
    ByteBuf body = Unpooled.wrappedBuffer(sample.body());

    assertThat(sample.decode(body)).isEqualTo(sample.message());
    assertThat(body.isReadable()).isFalse();
  }

  @ParameterizedTest
  @MethodSource("samples")
  void isDecodedWhenItCameByteByByte(Sample<?> sample) throws ProtocolException {
    CompositeByteBuf body = Unpooled.compositeBuffer(Integer.MAX_VALUE);
    for (byte b : sample.body()) {
      body.addComponent(true, Unpooled.directBuffer(1).writeByte(b));
    }
    try {
      assertThat(sample.decode(body)).isEqualTo(sample.message());
    } finally {
      body.release();
    }
  }

  @ParameterizedTest
  @MethodSource("samples")
  void isDecodedFromTheMiddleOfABuffer(Sample<?> sample) throws ProtocolException {
    ByteBuf stream =
        Unpooled.buffer()
            .writeBytes(new byte[] {'x', 0})
            .writeBytes(sample.body())
            .writeBytes(new byte[] {0, 'x'});

    assertThat(sample.decode(stream.slice(2, sample.body().length))).isEqualTo(sample.message());
  }

  @ParameterizedTest
  @MethodSource("samples")
  void isRefusedWhenCutOffAnywhere(Sample<?> sample) throws ProtocolException {
    byte[] body = sample.body();
    for (int length = 0; length < body.length; length++) {
      ByteBuf cut = Unpooled.wrappedBuffer(body, 0, length);
      if (sample.openEnded()) {
        decodesOrRefuses(sample, cut);
      } else {
        assertThatExceptionOfType(ProtocolException.class)
            .as("cut after %d", length)
            .isThrownBy(() -> sample.decode(cut));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("samples")
  void isRefusedWithBytesLeftOver(Sample<?> sample) throws ProtocolException {
    for (int extra : new int[] {0, 'S', 0xFF}) {
      ByteBuf longer = Unpooled.buffer().writeBytes(sample.body()).writeByte(extra);
      if (sample.openEnded()) {
        decodesOrRefuses(sample, longer);
      } else {
        assertThatExceptionOfType(ProtocolException.class).isThrownBy(() -> sample.decode(longer));
      }
    }
  }

  private static void decodesOrRefuses(Sample<?> sample, ByteBuf body) {
    try {
      assertThat(sample.decode(body))
          .isInstanceOf(sample.message().getClass())
          .isNotEqualTo(sample.message());
    } catch (ProtocolException refused) {
      assertThat(refused).hasMessageContaining("expected");
    }
  }
}
