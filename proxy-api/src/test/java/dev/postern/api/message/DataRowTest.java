package dev.postern.api.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.postern.api.Bytes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DataRowTest {
  private static final DataRow ROW =
      new DataRow(Arrays.asList(Bytes.utf8("one"), null, Bytes.EMPTY, Bytes.utf8("four")));

  @Test
  void givesItsValuesOneByOneAndTogether() {
    assertThat(ROW.size()).isEqualTo(4);
    assertThat(ROW.column(0)).isEqualTo(Bytes.utf8("one"));
    assertThat(ROW.column(1)).isNull();
    assertThat(ROW.column(2)).isEqualTo(Bytes.EMPTY);
    assertThat(ROW.columns())
        .containsExactly(Bytes.utf8("one"), null, Bytes.EMPTY, Bytes.utf8("four"));
  }

  @Test
  void twoWaysToMakeARowMakeEqualRows() {
    DataRow fromWire = DataRow.wrapBody(ROW.body().toByteArray());

    assertThat(fromWire).isEqualTo(ROW).hasSameHashCodeAs(ROW);
    assertThat(fromWire.with(0, Bytes.utf8("1"))).isNotEqualTo(ROW);
  }

  @Test
  void anotherValueInOneColumnLeavesTheOthersAndTheRowItselfAlone() {
    DataRow changed = ROW.with(1, Bytes.utf8("two"));

    assertThat(changed)
        .isEqualTo(
            new DataRow(
                List.of(Bytes.utf8("one"), Bytes.utf8("two"), Bytes.EMPTY, Bytes.utf8("four"))));
    assertThat(ROW.column(1)).isNull();
  }

  @Test
  void severalColumnsAreChangedAtOnce() {
    List<String> asked = new ArrayList<>();

    DataRow changed =
        ROW.withColumns(
            new int[] {0, 1, 3},
            (column, value) -> {
              asked.add(column + "=" + (value == null ? "NULL" : value.toUtf8()));
              return column == 3 ? null : Bytes.utf8("longer than before");
            });

    assertThat(asked).containsExactly("0=one", "1=NULL", "3=four");
    assertThat(changed.columns())
        .containsExactly(
            Bytes.utf8("longer than before"), Bytes.utf8("longer than before"), Bytes.EMPTY, null);
  }

  @Test
  void nothingToChangeIsTheSameRow() {
    assertThat(ROW.withColumns(new int[0], (_, value) -> value)).isEqualTo(ROW);
  }

  @Test
  void columnsThatAreNotThereOrNotInOrderAreRefused() {
    assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> ROW.column(4));
    assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> ROW.with(4, null));
    assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> ROW.with(-1, null));
    assertThatExceptionOfType(IndexOutOfBoundsException.class)
        .isThrownBy(() -> ROW.withColumns(new int[] {2, 1}, (_, value) -> value));
  }

  @ParameterizedTest
  @CsvSource({
    "'0', 'column count cut off after 1 bytes (expected: 2)'",
    "'0,1', 'column count 1 (expected: 0..0)'",
    "'0,1,0,0,0,9', 'column of 9 bytes (expected: -1..0)'",
    "'0,1,255,255,255,254', 'column of -2 bytes (expected: -1..0)'",
    "'0,2,0,0,0,4,1,2,3,4', 'column cut off after 0 bytes (expected: 4)'",
    "'0,1,0,0,0,0,7', '1 bytes too many (expected: the end)'"
  })
  void bytesThatAreNoRowAreRefused(String bytes, String message) {
    List<String> numbers = List.of(bytes.split(",", -1));
    byte[] body = new byte[numbers.size()];
    for (int i = 0; i < body.length; i++) {
      body[i] = (byte) Integer.parseInt(numbers.get(i));
    }

    assertThatIllegalArgumentException()
        .isThrownBy(() -> DataRow.wrapBody(body))
        .withMessage(message);
  }
}
