package dev.postern.plugins.mask;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.SqlState;
import dev.postern.api.message.ErrorResponse;
import dev.postern.api.message.NoticeResponse;
import dev.postern.proxy.sql.Effects;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ErrorTextsTest {
  @Test
  void whatQuotesDataIsWithheldAndTheRestStays() {
    ErrorResponse error =
        new ErrorResponse(
            Map.of(
                'S',
                "ERROR",
                'C',
                "23505",
                'M',
                "duplicate",
                'D',
                "Key (ssn)=(1)",
                't',
                "people",
                'n',
                "people_ssn"));

    assertThat(ErrorTexts.canQuote(error)).isTrue();
    assertThat(ErrorTexts.withheld(error))
        .containsOnlyKeys('S', 'C', 'M', 't', 'n')
        .extractingByKey('M')
        .asString()
        .contains("withheld");
  }

  @Test
  void errorsOfAnalysisQuoteTheStatementOnly() {
    assertThat(ErrorTexts.canQuote(new ErrorResponse(Map.of('C', "42703", 'P', "8")))).isFalse();
    assertThat(ErrorTexts.canQuote(new ErrorResponse(Map.of('C', "42601")))).isTrue();
  }

  @Test
  void aFunctionCanRaiseWhateverItWants() {
    assertThat(ErrorTexts.canQuote(new ErrorResponse(Map.of('C', "57014")))).isFalse();
    assertThat(
            ErrorTexts.canQuote(new ErrorResponse(Map.of('C', "57014", 'W', "PL/pgSQL function"))))
        .isTrue();
  }

  @Test
  void withoutACodeNothingIsKnown() {
    assertThat(ErrorTexts.canQuote(new ErrorResponse(Map.of('M', "?")))).isTrue();
  }

  @Test
  void whatTheGatewaySaysOfPinsHasNoRoomForValues() {
    List<String> notices = Effects.notices(Effects.PINS);

    assertThat(notices).hasSizeGreaterThan(5);
    for (String text : notices) {
      Map<Character, String> fields =
          NoticeResponse.notice(SqlState.SUCCESSFUL_COMPLETION, text).fields();
      assertThat(ErrorTexts.canQuote(new NoticeResponse(fields))).as(text).isFalse();
      assertThat(ErrorTexts.canQuote(new NoticeResponse(with(fields, 'M', text + " 1")))).isTrue();
      assertThat(ErrorTexts.canQuote(new NoticeResponse(with(fields, 'D', "1")))).isTrue();
    }
  }

  @Test
  void aRelationWithoutRightsIsNamedAndNothingElseIs() {
    Map<Character, String> denied =
        Map.of(
            'S',
            "ERROR",
            'V',
            "ERROR",
            'C',
            "42501",
            'M',
            "permission denied for table people",
            'F',
            "aclchk.c",
            'L',
            "2812",
            'R',
            "aclcheck_error");

    assertThat(ErrorTexts.canQuote(new ErrorResponse(denied))).isFalse();
    for (Map<Character, String> other :
        List.of(
            with(denied, 'M', "permission denied for schema secret"),
            with(denied, 'M', "permission denied for sequence s"),
            with(denied, 'M', "must be owner of table people"),
            with(denied, 'R', "currval_oid"),
            with(denied, 'R', "exec_stmt_raise"),
            with(denied, 'D', "of a value"),
            with(denied, 'H', "of a value"),
            with(denied, 'W', "SQL statement"),
            with(denied, 'C', "P0001"))) {
      assertThat(ErrorTexts.canQuote(new ErrorResponse(other))).as(other.toString()).isTrue();
    }
  }

  private static Map<Character, String> with(
      Map<Character, String> fields, char code, String text) {
    Map<Character, String> changed = new HashMap<>(fields);
    changed.put(code, text);
    return changed;
  }
}
