package dev.postern.api.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ProtocolVersionTest {

  @ParameterizedTest
  @ValueSource(ints = {0, 2, 0x20000, 0x30000, 0x30002, 0x3270F, -1, Integer.MIN_VALUE})
  void isTheNumberOnTheWire(int code) {
    assertThat(ProtocolVersion.of(code).code()).isEqualTo(code);
  }

  @Test
  void isOrderedByMajorThenMinor() {
    assertThat(ProtocolVersion.V3_2)
        .isGreaterThan(ProtocolVersion.V3_0)
        .isLessThan(new ProtocolVersion(4, 0));
    assertThat(new ProtocolVersion(0xFFFF, 0)).isGreaterThan(ProtocolVersion.V3_0);
  }

  @Test
  void readsAsPeopleWriteIt() {
    assertThat(ProtocolVersion.V3_2).hasToString("3.2");
  }

  @Test
  void refusesWhatDoesNotFitTheWire() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ProtocolVersion(3, 65_536))
        .withMessage("protocol version 3.65536 (expected: each 0..65535)");
  }
}
