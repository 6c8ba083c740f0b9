package dev.postern.proxy.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SqlWordsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "SELECT a.b, \"C d\" FROM t1 | select a b c d from t1",
        "a -- b | a",
        "a /* b /* c */ d */ e | a e",
        "a 'b''c' d | a d",
        "a E'b\\'c' d | a d",
        "a 'b\\' d | a d",
        "a $$b$$ c $x$d $$ e$x$ f | a c f",
        "a $1 1e5 b | a b",
        "a 'never closed | a"
      })
  void areWhatStandsInNoLiteralAndNoComment(String text, String expected) {
    assertThat(String.join(" ", words(text, false))).isEqualTo(expected);
  }

  @Test
  void endWithTheStatement() {
    assertThat(words("a b; c", false)).containsExactly("a", "b");
  }

  @Test
  void followABackslashInEveryLiteralWhereThatEscapes() {
    assertThat(words("a 'b\\' c' d", true)).containsExactly("a", "d");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "f('(', (1, 2), a[3,4]) g(5) | '('; (1, 2); a[3,4]",
        "f ( $1 , 'it''s', 2 - 1) | $1; 'it''s'; 2 - 1",
        "f(1, 2 -- , 3\\n, 4) | 1",
        "f(1, /* */ 2) | 1",
        "f(1, $$, 3)$$) | 1",
        "f(1, E'2', 3) | 1",
        "f(1, U&'2', 3) | 1",
        "f(1, '\\', 3) | 1",
        "f(1, \"2, 3\") | 1",
        "f /* ( */ (1) | ``",
        "f | ``"
      })
  void areFollowedByArgumentsAsFarAsTheyAreCertain(String text, String expected) {
    SqlWords words = of(text.replace("\\n", "\n"), false);
    assertThat(words.next()).isTrue();
    assertThat(String.join("; ", words.arguments())).isEqualTo(expected);
  }

  private static List<String> words(String text, boolean escapes) {
    SqlWords words = of(text, escapes);
    List<String> found = new ArrayList<>();
    while (words.next()) {
      found.add(words.word());
    }
    return found;
  }

  private static SqlWords of(String text, boolean escapes) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return new SqlWords(bytes, 0, bytes.length, escapes);
  }
}
