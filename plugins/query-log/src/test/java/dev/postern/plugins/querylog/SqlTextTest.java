package dev.postern.plugins.querylog;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class SqlTextTest {
  @Test
  void aLongStatementIsCutAndSaysHowLongItWas() {
    SqlText text = SqlText.of("select " + "x".repeat(1000), 10, false);
    assertThat(text.shown()).isEqualTo("select xxx... (1007 characters)");
    assertThat(text.weight()).isEqualTo(10);
  }

  @Test
  void aCutDoesNotSplitACharacter() {
    assertThat(SqlText.of("ab\uD83D\uDE00cd", 3, false).shown()).isEqualTo("ab... (6 characters)");
  }

  @Test
  void controlCharactersAreEscaped() {
    assertThat(SqlText.of("a\r\n\tb\u001b[31m\u007f\u009b\u2028\u202e", 100, false).shown())
        .isEqualTo("a\\r\\n\\tb\\u001b[31m\\u007f\\u009b\\u2028\\u202e");
  }

  @Test
  void literalsAreRedactedIfAskedFor() {
    assertThat(SqlText.of("select 'x', 5", 100, true).shown()).isEqualTo("select '?', ?");
  }

  @Test
  void aLiteralThatIsCutInTheMiddleIsRedactedToo() {
    assertThat(SqlText.of("select 'secret'", 11, true).shown())
        .isEqualTo("select '?'... (15 characters)");
  }

  @Test
  void aPasswordIsNeverShown() {
    assertThat(SqlText.of("ALTER USER u PassWord 'secret'", 100, false).shown())
        .isEqualTo("ALTER USER u PassWord '?'");
  }

  @Test
  void onlyWhatIsShownAsItIsIsPlain() {
    assertThat(SqlText.of("select aid from s where b = 'ps'", 100, false).isPlain()).isTrue();
    assertThat(SqlText.of("", 100, false).isPlain()).isTrue();
    for (String special :
        List.of(
            "a\nb",
            "a\u007f",
            "\"a\"",
            "a\\",
            "\u00e4",
            "\u0141",
            "alter role u password 'x'",
            "PASSWORD",
            "paSsword")) {
      assertThat(SqlText.of(special, 100, false).isPlain()).as(special).isFalse();
    }
    assertThat(SqlText.of("select 1", 100, true).isPlain()).isFalse();
    assertThat(SqlText.of("select 1", 3, false).isPlain()).isFalse();
    assertThat(SqlText.of("select 1", 100, false).ofQuery(9).isPlain()).isFalse();
  }

  @Test
  void toStringShowsNoText() {
    assertThat(SqlText.of("select 1", 100, false)).hasToString("SqlText[8 characters]");
  }
}
