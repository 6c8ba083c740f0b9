package dev.postern.plugins.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jspecify.annotations.Nullable;
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
    assertThat(new Expression(expression).isIn(name)).isEqualTo(found);
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
        "(?=a)*",
        "(?!(?=a)+)",
        "(a\\1)",
        "(a)(?=\\1)",
        "(a)+\\1",
        "(?:(a)|b)\\1",
        "(a)\\1*",
        "(?:(a)\\1)+",
        "(?:b|\\y){2}",
        "[z-a]"
      })
  void isRefusedWhereItWouldMeanSomethingElse(String expression) {
    assertThatThrownBy(() -> new Expression(expression))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** What PostgreSQL 14 to 18 say. */
  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      quoteCharacter = '`',
      nullValues = "nothing",
      value = {
        "(jo|john) john john",
        "^(a|ab)(b?)$ ab ab",
        "^(?:x|(a|ab))b?$ ab ab",
        "^(a?)(ab)? ab ``",
        "^(?:(a|ab)|c)(?:bd|d)$ abd ab",
        "^(?:ab|(a)b)$ ab nothing",
        "^CN=(.*),O=.*$ CN=a,O=b,O=c a,O=b",
        "(?=(b))(.) ab b",
        "(a|ab|abc)(bcd|cd|d)$ abcd abc",
        "x?(a|b*) bb bb",
        "^([a-z]+)@a\\.example$ bob@a.example bob",
        "(😀|😀ä) 😀ä 😀ä",
        "^(?:(?:a|ab)(c|bcd))(d*)$ abcd bcd",
        "^(?:a|ab)(.*)$ abc c",
        "^(a*)(?:a|b)$ aab aa"
      })
  void theFirstGroupHoldsWhatItHoldsInPostgres(
      String expression, String name, @Nullable String held) throws Exception {
    Expression read = new Expression(expression);

    assertThat(read.groupIn(name, read.firstGroup())).isEqualTo(held);
  }

  @ParameterizedTest
  @ValueSource(strings = {"(a)+", "(?:x(a))?", "((a)b){2}(c)", "^(.*?)@", "(a)b+?", "(a|b)c\\1"})
  void theFirstGroupIsRefusedWherePostgresDecidesByMore(String expression) {
    Expression read = new Expression(expression);

    assertThatThrownBy(read::firstGroup)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("\\1 ");
  }

  @Test
  void whatAGroupHoldsInALongNameIsFoundOrRefusedSoon() throws Exception {
    Expression easy = new Expression("CN=([^,]*),");
    String name = "OU=x,".repeat(100) + "CN=alice," + "OU=x,".repeat(100);
    assertThat(easy.groupIn(name, easy.firstGroup())).isEqualTo("alice");

    assertThatThrownBy(
            () -> {
              Expression hopeless = new Expression("(x|a*)(?:a*)*(?:a*|b)*(?:b*a*)*c?");
              hopeless.groupIn("a".repeat(1000) + "!".repeat(20), hopeless.firstGroup());
            })
        .isInstanceOf(UndecidedException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"^(a*)(a*)(a*)(a*)(a*)(a*)x\\1"})
  void aSearchThatTakesTooLongEnds(String expression) {
    assertThatThrownBy(() -> new Expression(expression).isIn("a".repeat(62) + "!"))
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
