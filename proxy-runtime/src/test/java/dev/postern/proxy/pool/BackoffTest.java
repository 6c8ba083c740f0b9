package dev.postern.proxy.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class BackoffTest {
  private final Backoff backoff = new Backoff();

  @Test
  void leavesAServerAloneForTwiceAsLongEachTime() {
    backoff.failed(0, false);
    assertThat(isOn(49)).isTrue();
    assertThat(isOn(50)).isFalse();
    backoff.failed(0, false);
    assertThat(isOn(99)).isTrue();
    backoff.failed(0, false);
    backoff.failed(0, false);
    assertThat(isOn(199)).isTrue();
    assertThat(isOn(200)).isFalse();
  }

  @Test
  void letsOneAttemptAtATimeFindOutWhetherLoginsSucceedAgain() {
    assertThat(backoff.isOn(0, () -> 1)).isFalse();
    backoff.failed(0, false);
    assertThat(backoff.isOn(millis(1000), () -> 1)).isTrue();
    backoff.succeeded();
    assertThat(backoff.isOn(millis(1000), () -> 1)).isFalse();
  }

  @Test
  void doesNotPauseBehindAFailureOfTheServer() {
    assertThat(backoff.failed(0, false)).isTrue();
    assertThat(backoff.failed(0, true)).isFalse();
    assertThat(isOn(0)).isFalse();
    assertThat(backoff.isOn(0, () -> 1)).isTrue();
    assertThat(backoff.succeeded()).isTrue();
  }

  private boolean isOn(long millis) {
    return backoff.isOn(millis(millis), () -> 0);
  }

  private static long millis(long millis) {
    return Duration.ofMillis(millis).toNanos();
  }
}
