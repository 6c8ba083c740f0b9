package dev.postern.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class GlobTest {
  @ParameterizedTest
  @CsvSource({
    "app, app",
    "*, ''",
    "*, app",
    "app*, app",
    "app*, application",
    "*app, my app",
    "a*p, app",
    "a*b*c, aXbYbZc",
    "**, x",
    "*.example.com, db.example.com",
    "'', ''"
  })
  void matches(String pattern, String text) {
    assertThat(new Glob(pattern).matches(text)).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "app, App",
    "app, apps",
    "app, ap",
    "app*, my app",
    "*app, apps",
    "a*b*c, aXcYb",
    "'', x",
    "a.c, abc",
    "*.example.com, example.com"
  })
  void doesNotMatch(String pattern, String text) {
    assertThat(new Glob(pattern).matches(text)).isFalse();
  }

  @Test
  void aPatternOfStarsDoesNotExplodeOnALongName() {
    Glob glob = new Glob("a*".repeat(30) + "b");
    Assertions.assertTimeoutPreemptively(
        Duration.ofSeconds(5), () -> assertThat(glob.matches("a".repeat(10_000))).isFalse());
  }
}
