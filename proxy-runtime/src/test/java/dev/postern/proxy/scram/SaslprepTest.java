package dev.postern.proxy.scram;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SaslprepTest {
  /** RFC 4013, section 3, except that what is refused stays as it is. */
  @ParameterizedTest
  @CsvSource({
    "I\u00adX, IX",
    "user, user",
    "USER, USER",
    "\u00aa, a",
    "\u2168, IX",
    "\u0007, \u0007",
    "\u06271, \u06271",
  })
  void followsTheExamplesOfTheRfc(String password, String prepared) {
    assertThat(prepare(password)).isEqualTo(prepared);
  }

  /**
   * PostgreSQL's src/test/authentication/t/002_saslprep.pl: stored, tried, and whether the login
   * succeeds.
   */
  @ParameterizedTest
  @CsvSource({
    "IX, I\u00adX, true",
    "IX, \u2168, true",
    "IX, ix, false",
    "a, a, true",
    "a, \u00aa, true",
    "\u00aa, a, true",
    "\u00aa, \u00aa, true",
    "foo\u0007bar, foo\u0007bar, true",
    "foo\u0007bar, foobar, false",
    "foo\u06271bar, foo\u06271bar, true",
    "foo\u06271bar, foo1\u0627bar, false",
    "foo\u06271bar, foobar, false",
  })
  void letsInExactlyWhomPostgresLetsIn(String stored, String tried, boolean succeeds) {
    assertThat(prepare(stored).equals(prepare(tried))).isEqualTo(succeeds);
  }

  @Test
  void makesSpacesOfOtherSpaces() {
    assertThat(prepare("a\u00a0b\u3000c\u200bd")).isEqualTo("a b c d");
  }

  @Test
  void leavesAPasswordThatWouldBecomeEmpty() {
    assertThat(prepare("\u00ad\u2060")).isEqualTo("\u00ad\u2060");
  }

  @Test
  void leavesWhatUnicode32DidNotKnow() {
    assertThat(prepare("\u1d2cb\u2168")).isEqualTo("\u1d2cb\u2168");
    assertThat(prepare("\ud83d\ude00\u2168")).isEqualTo("\ud83d\ude00\u2168");
  }

  @Test
  void looksForProhibitedCharactersBeforeItNormalises() {
    assertThat(prepare("\u0340\u2168")).isEqualTo("\u0340\u2168");
  }

  @Test
  void leavesWhatIsNotUtf8() {
    byte[] latin1 = "p\u00e4ss\u00aa".getBytes(StandardCharsets.ISO_8859_1);
    assertThat(Saslprep.prepare(latin1)).isEqualTo(latin1);
    byte[] surrogate = {(byte) 0xED, (byte) 0xA0, (byte) 0x80};
    assertThat(Saslprep.prepare(surrogate)).isEqualTo(surrogate);
  }

  @Test
  void leavesTheArrayThatItWasGiven() {
    byte[] password = "pencil".getBytes(StandardCharsets.UTF_8);
    assertThat(Saslprep.prepare(password)).isEqualTo(password).isNotSameAs(password);
  }

  private static String prepare(String password) {
    return new String(
        Saslprep.prepare(password.getBytes(StandardCharsets.UTF_8)), StandardCharsets.UTF_8);
  }
}
