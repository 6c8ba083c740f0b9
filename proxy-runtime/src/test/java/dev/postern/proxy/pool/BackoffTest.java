package dev.postern.proxy.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class BackoffTest {
  private final Backoff backoff = new Backoff();

  @Test
  void leavesAServerAloneForTwiceAsLongEachTime() {
    backoff.failed(0);
    assertThat(backoff.isOn(millis(49))).isTrue();
    assertThat(backoff.isOn(millis(50))).isFalse();
    backoff.failed(0);
    assertThat(backoff.isOn(millis(99))).isTrue();
    backoff.failed(0);
    backoff.failed(0);
    assertThat(backoff.isOn(millis(199))).isTrue();
    assertThat(backoff.isOn(millis(200))).isFalse();
  }

  @Test
  void letsOneAttemptAtATimeFindOutWhetherTheServerIsWell() {
    backoff.failed(0);
    backoff.began();
    assertThat(backoff.isOn(millis(1000))).isTrue();
    backoff.succeeded();
    backoff.began();
    assertThat(backoff.isOn(millis(1000))).isFalse();
  }

  private static long millis(long millis) {
    return Duration.ofMillis(millis).toNanos();
  }
}
