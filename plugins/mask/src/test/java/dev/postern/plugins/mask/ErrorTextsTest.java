package dev.postern.plugins.mask;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.message.ErrorResponse;
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
}
