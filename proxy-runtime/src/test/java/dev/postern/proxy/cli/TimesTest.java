package dev.postern.proxy.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

final class TimesTest {
  @Test
  void readsTimes() {
    assertThat(instant("2026-12-31")).isEqualTo(Instant.parse("2026-12-31T00:00:00Z"));
    assertThat(instant("2026-12-31T18:00:00Z")).isEqualTo(Instant.parse("2026-12-31T18:00:00Z"));
    assertThat(instant("2026-12-31T18:00+02:00")).isEqualTo(Instant.parse("2026-12-31T16:00:00Z"));
  }

  @Test
  void readsDurations() {
    assertThat(duration("30s")).isEqualTo(Duration.ofSeconds(30));
    assertThat(duration("5m")).isEqualTo(Duration.ofMinutes(5));
    assertThat(duration("12h")).isEqualTo(Duration.ofHours(12));
    assertThat(duration("7d")).isEqualTo(Duration.ofDays(7));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "tomorrow", "2026-13-01", "2026-12-31T18:00:00", "1h"})
  void refusesWhatIsNoTime(String text) {
    assertThatExceptionOfType(TypeConversionException.class).isThrownBy(() -> instant(text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "5", "-5m", "5 m", "1h30m", "2026-12-31", "99999999999d"})
  void refusesWhatIsNoDuration(String text) {
    assertThatExceptionOfType(TypeConversionException.class).isThrownBy(() -> duration(text));
  }

  private static Instant instant(String text) {
    return new Times.OfInstant().convert(text);
  }

  private static Duration duration(String text) {
    return new Times.OfDuration().convert(text);
  }
}
