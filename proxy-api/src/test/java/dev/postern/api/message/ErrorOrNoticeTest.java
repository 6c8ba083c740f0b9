package dev.postern.api.message;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.SqlState;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ErrorOrNoticeTest {

  @Test
  void saysBothSeveritiesThatClientsLookFor() {
    assertThat(ErrorResponse.fatal(SqlState.ADMIN_SHUTDOWN, "bye").fields())
        .isEqualTo(Map.of('S', "FATAL", 'V', "FATAL", 'C', "57P01", 'M', "bye"));
  }

  @Test
  void prefersTheSeverityThatIsNotTranslated() {
    assertThat(new ErrorResponse(Map.of('S', "FEHLER", 'V', "ERROR")).severity())
        .isEqualTo("ERROR");
    assertThat(new ErrorResponse(Map.of('S', "FEHLER")).severity()).isEqualTo("FEHLER");
  }

  @Test
  void hasNoSqlStateWhereTheServerSentNone() {
    assertThat(new ErrorResponse(Map.of()).sqlState()).isNull();
    assertThat(new ErrorResponse(Map.of('C', "57p01")).sqlState()).isNull();
    assertThat(new ErrorResponse(Map.of('C', "")).sqlState()).isNull();
  }

  @Test
  void givesEachFieldOfTheChapter() {
    NoticeResponse notice =
        new NoticeResponse(
            Map.ofEntries(
                Map.entry('D', "detail"),
                Map.entry('H', "hint"),
                Map.entry('P', "1"),
                Map.entry('p', "2"),
                Map.entry('q', "select"),
                Map.entry('W', "where"),
                Map.entry('s', "schema"),
                Map.entry('t', "table"),
                Map.entry('c', "column"),
                Map.entry('d', "type"),
                Map.entry('n', "constraint"),
                Map.entry('F', "file.c"),
                Map.entry('L', "3"),
                Map.entry('R', "routine")));

    assertThat(notice.detail()).isEqualTo("detail");
    assertThat(notice.hint()).isEqualTo("hint");
    assertThat(notice.position()).isEqualTo("1");
    assertThat(notice.internalPosition()).isEqualTo("2");
    assertThat(notice.internalQuery()).isEqualTo("select");
    assertThat(notice.where()).isEqualTo("where");
    assertThat(notice.schema()).isEqualTo("schema");
    assertThat(notice.table()).isEqualTo("table");
    assertThat(notice.column()).isEqualTo("column");
    assertThat(notice.dataType()).isEqualTo("type");
    assertThat(notice.constraint()).isEqualTo("constraint");
    assertThat(notice.file()).isEqualTo("file.c");
    assertThat(notice.line()).isEqualTo("3");
    assertThat(notice.routine()).isEqualTo("routine");
    assertThat(notice.message()).isEmpty();
  }

  @Test
  void showsCodeAndSeverityOnly() {
    assertThat(ErrorResponse.error(SqlState.QUERY_CANCELED, "no"))
        .hasToString("ErrorResponse[ERROR 57014]");
    assertThat(new ErrorResponse(Map.of())).hasToString("ErrorResponse[null null]");
  }
}
