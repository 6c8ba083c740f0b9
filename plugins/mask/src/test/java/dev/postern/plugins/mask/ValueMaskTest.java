package dev.postern.plugins.mask;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.Bytes;
import dev.postern.api.message.Format;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ValueMaskTest {
  private static final Bytes LATIN1 = Bytes.wrap(new byte[] {'K', (byte) 0xF6, 'l', 'n'});

  @ParameterizedTest
  @CsvSource({
    "0, 4, 123-45-6789, *******6789",
    "2, 0, secret, se****",
    "1, 1, Zürich, Z****h",
    "3, 3, secret, ******",
    "3, 3, sec, ***",
    "0, 0, x, *",
    "0, 1, a😀b😀, ***😀"
  })
  void partOfATextStays(int first, int last, String text, String masked) {
    ValueMask mask = new ValueMask.Partial(first, last, (byte) '*');

    assertThat(mask.apply(Bytes.utf8(text), Format.TEXT)).isEqualTo(Bytes.utf8(masked));
  }

  @Test
  void nothingStaysOfATextInAnotherEncoding() {
    assertThat(new ValueMask.Partial(1, 1, (byte) '*').apply(LATIN1, Format.TEXT))
        .isEqualTo(Bytes.utf8("****"));
    assertThat(new ValueMask.Truncated(1).apply(LATIN1, Format.TEXT)).isEqualTo(Bytes.EMPTY);
  }

  @ParameterizedTest
  @CsvSource({"1, Zürich, Z", "2, Zürich, Zü", "9, Zürich, Zürich", "0, Zürich, ''"})
  void theFirstCharactersStay(int first, String text, String truncated) {
    assertThat(new ValueMask.Truncated(first).apply(Bytes.utf8(text), Format.BINARY))
        .isEqualTo(Bytes.utf8(truncated));
  }

  /** RFC 4231, test case 2. */
  @Test
  void hashesWithTheKey() {
    ValueMask mask = new ValueMask.Hashed("Jefe".getBytes(StandardCharsets.UTF_8));

    assertThat(mask.apply(Bytes.utf8("what do ya want for nothing?"), Format.TEXT))
        .isEqualTo(Bytes.utf8("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"));
  }

  @Test
  void aFixedValueIsInTheFormatThatWasAskedFor() {
    ValueMask mask = new ValueMask.Fixed(Bytes.utf8("7"), Bytes.wrap(new byte[] {0, 0, 0, 7}));

    assertThat(mask.apply(Bytes.utf8("99"), Format.TEXT)).isEqualTo(Bytes.utf8("7"));
    assertThat(mask.apply(Bytes.utf8("99"), Format.BINARY))
        .isEqualTo(Bytes.wrap(new byte[] {0, 0, 0, 7}));
  }

  @Test
  void whatShowsAMaskShowsNoKey() {
    assertThat(new ValueMask.Hashed("Jefe".getBytes(StandardCharsets.UTF_8)).toString())
        .doesNotContain("Jefe");
  }
}
