package dev.postern.proxy.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

final class CallsTest {
  private final Calls calls = new Calls();

  @Test
  void tellsHowLongMostCallsTookToAQuarter() {
    for (int i = 1; i <= 1000; i++) {
      calls.took(i * 1000L);
    }

    assertThat(calls.percentile(0.5)).isCloseTo(500_000, Percentage.withPercentage(25));
    assertThat(calls.percentile(0.99)).isCloseTo(990_000, Percentage.withPercentage(25));
  }

  @Test
  void takesAnyDuration() {
    calls.took(-1);
    calls.took(0);
    calls.took(1);
    calls.took(Long.MAX_VALUE);

    assertThat(calls.percentile(0.5)).isLessThanOrEqualTo(2);
  }

  @Test
  void tellsNothingWhereNothingWasMeasured() {
    assertThat(calls.percentile(0.99)).isZero();
  }

  @Test
  void countsCallsAndFailures() {
    calls.add(16);
    calls.add(3);
    calls.failed();

    assertThat(calls.number()).isEqualTo(19);
    assertThat(calls.failures()).isEqualTo(1);
  }
}
