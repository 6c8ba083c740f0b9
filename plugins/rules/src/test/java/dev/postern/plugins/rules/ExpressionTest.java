package dev.postern.plugins.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ExpressionTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      quoteCharacter = '`',
      value = {
        "^[[:alpha:]_]+$ ab_c true",
        "^[[:alpha:]]+$ abc1 false",
        "^[]a]+$ ]a true",
        "^[^]a]$ ] false",
        "^[a&&b]+$ &a&b true",
        "^[a-c]+$ abc true",
        "^[a-]+$ a- true",
        "^[[a]+$ [a true",
        "^a{2}$ aa true",
        "^a{x}$ a{x} true",
        "^(a|b)\\1$ aa true",
        "^(a|b)\\1$ ab false",
        "^\\w+\\.\\d$ ab.1 true",
        "\\mab\\M x-ab-y true",
        "\\mab\\M xab false",
        "^a.c$ a\tc true",
        "^(?:ab)+?$ abab true",
        "^(?!pg_) pg_x false",
        "^#b$ #b true"
      })
  void meansWhatItMeansToPostgres(String expression, String name, boolean found) throws Exception {
    assertThat(new Expression(expression).find(name) != null).isEqualTo(found);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "*a",
        "a**",
        "a++",
        "a{300}",
        "a{2",
        "(?i)a",
        "(?<n>a)",
        "[a",
        "(a",
        "a)",
        "\\q",
        "\\Qa\\E",
        "\\p{L}",
        "a\\",
        "[[.a.]]",
        "[[:nothing:]]",
        "[\\d-z]",
        "\\2(a)",
        "^*",
        "***=a",
        "[z-a]"
      })
  void isRefusedWhereItWouldMeanSomethingElse(String expression) {
    assertThatThrownBy(() -> new Expression(expression))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"(a*)*(a*)*(a*)*b\\1", "^(a*)(a*)(a*)(a*)(a*)(a*)x\\1"})
  void aSearchThatTakesTooLongEnds(String expression) {
    assertThatThrownBy(() -> new Expression(expression).find("a".repeat(62) + "!"))
        .isInstanceOf(UndecidedException.class);
  }

  @Test
  void aLoginForWhichASearchTakesTooLongIsRefused() throws Exception {
    var rules =
        Setup.rules("host all /^(a*)(a*)(a*)(a*)(a*)(a*)x\\1 all reject", "host all all all trust");

    assertThat(Setup.outcome(rules, "192.0.2.7", "a".repeat(62) + "!", "app"))
        .isEqualTo("28000 authentication is not available now");
  }
}
