package dev.postern.api.message;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class CommandCompleteTest {

  @ParameterizedTest
  @CsvSource({
    "INSERT 0 5, 5",
    "SELECT 3, 3",
    "UPDATE 0, 0",
    "MERGE 12, 12",
    "COPY 999999999999999999, 999999999999999999"
  })
  void countsTheRowsOfItsTag(String tag, long rows) {
    assertThat(new CommandComplete(tag).rows()).hasValue(rows);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "BEGIN",
        "CREATE TABLE",
        "",
        " ",
        "7",
        "X7",
        "SELECT ",
        "SELECT -1",
        "SELECT 9999999999999999999"
      })
  void hasNoRowsWhereTheTagCountsNone(String tag) {
    assertThat(new CommandComplete(tag).rows()).isEmpty();
  }
}
