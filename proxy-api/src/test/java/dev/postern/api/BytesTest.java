package dev.postern.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class BytesTest {
  private static final Bytes SLICE = Bytes.utf8("one two three").slice(4, 3);

  @Test
  void aSliceIsEqualToACopyOfThatPart() {
    assertThat(SLICE).isEqualTo(Bytes.utf8("two")).hasSameHashCodeAs(Bytes.utf8("two"));
    assertThat(SLICE).isNotEqualTo(Bytes.utf8("one"));
  }

  @Test
  void aSliceShowsThatPartInAllForms() {
    ByteBuffer copied = ByteBuffer.allocate(3);
    SLICE.copyTo(copied);

    assertThat(SLICE.toUtf8()).isEqualTo("two");
    assertThat(SLICE.length()).isEqualTo(3);
    assertThat(SLICE.at(1)).isEqualTo((byte) 'w');
    assertThat(SLICE.toByteArray()).asString(StandardCharsets.UTF_8).isEqualTo("two");
    assertThat(copied.array()).asString(StandardCharsets.UTF_8).isEqualTo("two");
    assertThat(SLICE.asReadOnlyBuffer()).isEqualTo(ByteBuffer.wrap(copied.array()));
    assertThat(SLICE.slice(1, 2)).isEqualTo(Bytes.utf8("wo"));
  }

  @Test
  void nothingOutsideOfASliceCanBeReached() {
    assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> SLICE.at(3));
    assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> SLICE.at(-1));
    assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> SLICE.slice(1, 3));
  }
}
