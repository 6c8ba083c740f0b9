package dev.postern.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DataSizeTest {
  @ParameterizedTest
  @CsvSource({
    "0B, 0",
    "512B, 512",
    "64KiB, 65536",
    "16MiB, 16777216",
    "2GiB, 2147483648",
    "9223372036854775807B, 9223372036854775807"
  })
  void readsAndShowsAmountsWithUnits(String text, long bytes) {
    assertThat(DataSize.parse(text)).isEqualTo(new DataSize(bytes)).hasToString(text);
  }

  @Test
  void showsTheLargestUnitThatIsExact() {
    assertThat(new DataSize(1536)).hasToString("1536B");
    assertThat(DataSize.parse("2048KiB")).hasToString("2MiB");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "16", "16MB", "16 MiB", "-1B", "1.5GiB", "016B", "MiB", "16mib"})
  void refusesOtherForms(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> DataSize.parse(text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"8589934592GiB", "9223372036854775808B", "9999999999999999999GiB"})
  void refusesWhatDoesNotFit(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DataSize.parse(text))
        .withMessage("expected: less than 8 EiB");
  }

  @Test
  void isNeverNegative() {
    assertThatIllegalArgumentException().isThrownBy(() -> new DataSize(-1));
  }

  @Test
  void comparesByAmount() {
    assertThat(DataSize.ofKibibytes(1024)).isEqualByComparingTo(DataSize.ofMebibytes(1));
    assertThat(DataSize.ofKibibytes(1)).isLessThan(DataSize.ofMebibytes(1));
  }
}
